/** Shares an amount out in proportion, to the last unit, and no more than there is. */
export function shareOut(amount: number, among: readonly number[]): number[] {
  const sum = among.reduce((total, each) => total + each, 0);
  const whole = Math.min(amount, sum);
  let [passed, given] = [0, 0];
  return among.map((each) => {
    passed += each;
    const share = sum === 0 ? 0 : Math.round((whole * passed) / sum) - given;
    given += share;
    return share;
  });
}
