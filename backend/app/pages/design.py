"""What the player's pages and the console share: the design system's sheets, pictures and marks."""

from pathlib import Path

HERE = Path(__file__).parent
DESIGN = HERE / "static" / "design"
# the design system first: each family of pages starts its own sheet with the same files
SHARED_CSS = [DESIGN / f"{name}.css" for name in ("tokens", "base", "button", "card", "seal", "table", "snow")]
PICTURES = sorted(file for file in DESIGN.iterdir() if file.suffix == ".svg")
SHARED_TEMPLATES = HERE / "templates"
