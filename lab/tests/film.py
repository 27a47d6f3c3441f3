#!/usr/bin/python3
"""Joins the pictures that film.js took into one moving picture: film.py FOLDER docs/images/lab.gif. Needs python3-pil."""

import pathlib
import sys

from PIL import Image

WIDTH, COLOURS, MILLISECONDS = 900, 96, 450

folder, output = sys.argv[1:]
pictures = [Image.open(path).convert("RGB") for path in sorted(pathlib.Path(folder).glob("*.png"))]
size = (WIDTH, round(WIDTH * pictures[0].height / pictures[0].width))
pictures = [picture.resize(size, Image.LANCZOS) for picture in pictures]
palette = pictures[0].quantize(COLOURS, method=Image.MEDIANCUT, dither=Image.NONE)
frames = [picture.quantize(COLOURS, palette=palette, dither=Image.NONE) for picture in pictures]
frames[0].save(output, save_all=True, append_images=frames[1:], duration=MILLISECONDS, loop=0, optimize=True)
