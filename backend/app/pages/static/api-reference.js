// Opens the API reference on this service's own contract. "Authorize" takes a token from `./run ops token`.
window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  tryItOutEnabled: true,
});
