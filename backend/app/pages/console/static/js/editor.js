/** The editor looks ahead: what was typed goes to the server, which says what is wrong and what players would see. */
const editor = document.getElementById("editor");
let timer = 0;

editor.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 400);
});

function look() {
  const sent = new URLSearchParams(new FormData(editor));
  sent.set("do", "look");
  const request = new XMLHttpRequest();
  request.open("POST", editor.action);
  request.responseType = "document";
  request.onload = () => {
    if (request.status === 200 && request.response.getElementById("editor") !== null) takeOver(request.response);
  };
  request.send(sent);
}

function takeOver(fresh) {
  for (const region of document.querySelectorAll("[data-look], [data-problem]")) {
    const next = fresh.getElementById(region.id);
    if (next !== null && !region.isEqualNode(next)) region.replaceWith(document.adoptNode(next));
  }
  for (const input of editor.elements) {
    const next = input.id && fresh.getElementById(input.id);
    if (!next) continue;
    if (next.hasAttribute("aria-invalid")) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
}
