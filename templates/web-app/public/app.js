const form = document.querySelector('form');
const output = document.querySelector('output');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  // Relative, so that it works below the path as on the host.
  const response = await fetch(`api/greet/${encodeURIComponent(form.elements.who.value)}`);
  const { message, greeted } = await response.json();
  output.textContent = `${message} (${greeted})`;
});
