"""Scratch-box: pick one of N boxes; a fixed set of prizes lies in them, drawn without replacement."""

from app.games.scratch_box.rule import ScratchBox

SCRATCH_BOX = ScratchBox()
