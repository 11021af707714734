"""The fonts of the training cards. Whole families that the suite keeps for itself are not among them."""

from __future__ import annotations

import os
from fnmatch import fnmatch
from pathlib import Path

# Where the packages are unpacked, if they are not installed.
SHARE = Path(os.environ.get("DEMO_SHARE", "/usr/share"))
FONTS = SHARE / "fonts"
# Debian's packages: fonts-X for each X; those that are not installed are left out.
PACKAGES = """
adf-gillius adf-universalis andika anonymous-pro averia-sans-gwf averia-serif-gwf bebas-neue cabin cantarell
comfortaa courier-prime croscore crosextra-caladea dejavu dosis ebgaramond fantasque-sans firacode freefont-ttf go
hack inconsolata inter jetbrains-mono junction jura karla league-spartan liberation linuxlibertine manrope mononoki
mplus noto-core noto-mono ocr-a ocr-b open-sans oxygen paratype play quicksand roboto sil-charis sil-gentium sora
stix texgyre tlwg-loma-ttf urw-base35 vollkorn yanone-kaffeesatz
""".split()
# File names below /usr/share/fonts that are taken; one pattern may name several weights.
TAKEN = """
DejaVuSans.ttf DejaVuSans-Bold.ttf DejaVuSerif.ttf DejaVuSerif-Bold.ttf DejaVuSansMono*.ttf DejaVuSansCondensed*.ttf
LiberationSans-Regular.ttf LiberationSans-Bold.ttf LiberationSerif-*.ttf LiberationMono-Bold.ttf FreeSans*.ttf
FreeSerif*.ttf Roboto-Medium.ttf Roboto-Regular.ttf Roboto-Light.ttf RobotoCondensed-*.ttf OpenSans-*.ttf
Inter-Regular.otf Inter-Bold.otf Inter-Black.otf JetBrainsMono-Regular.ttf JetBrainsMono-Bold.ttf FiraCode-*.ttf
Hack-Bold.ttf Hack-Regular.ttf Cantarell-*.otf Cabin-*.otf Dosis-*.otf EBGaramond12-Regular.otf
FantasqueSansMono-*.ttf GilliusADF-*.otf UniversalisADFStd-*.otf Andika-*.ttf Gentium*-*.ttf Charis*-*.ttf
Anonymous*.ttf AveriaSansGWF-*.ttf AveriaSerifGWF-*.ttf BebasNeue*.otf Comfortaa-*.ttf Courier*Prime*.otf Caladea-*.ttf
Go-*.ttf Inconsolata.otf Jura-*.otf Karla-*.ttf LeagueSpartan-*.otf LinLibertine_R.otf LinLibertine_RB.otf
LinBiolinum_R.otf LinBiolinum_RB.otf Manrope-*.ttf mononoki-*.ttf NotoSans-Regular.ttf NotoSans-Bold.ttf
NotoSerif-Regular.ttf NotoSerif-Bold.ttf NotoSansMono-*.ttf NotoSansDisplay-*.ttf
NotoSerifDisplay-*.ttf OCRA.ttf OCRB.otf Oxygen-*.ttf PTC*.ttf PTS*.ttf PTF*.ttf PTM*.ttf Play*.ttf
Quicksand-*.ttf RobotoSlab-*.otf Sora-*.otf STIX-*.otf Loma*.ttf NimbusSans-*.otf NimbusRoman-*.otf C059-*.otf
P052-*.otf URWBookman-*.otf URWGothic-*.otf Vollkorn-*.ttf YanoneKaffeesatz-*.otf Mplus1-*.otf Junction*.otf
""".split()
# More families, for words as other people set them: sans, serif, slab, hand and display.
MORE = """
Oswald-*.ttf Lobster*.otf Lobster*.ttf LobsterTwo-*.otf DancingScript*.otf DancingScript*.ttf Pecita.otf humor-sans.ttf
AmiriQuran.ttf amiri-*.ttf essays1743*.ttf LeagueMono-*.ttf LeagueMono-*.otf fanwood*.otf CabinSketch-*.ttf GFSNeohellenic*.otf GFSDidot*.otf
Prociono-Regular.otf Linden*.otf tomsontalks*.ttf winecellar*.ttf WineDeco*.ttf Beteckna*.otf
Dustismo*.ttf dustismo*.ttf Domestic*.ttf goudy_bookletter*.otf D2Coding*.ttf RictyDiminished*.ttf VL-PGothic*.ttf
sawarabi-gothic*.ttf UnDotum*.ttf UnBatang*.ttf texgyre*-regular.otf texgyre*-bold.otf texgyre*-italic.otf RobotoSlab-*.ttf
Roboto-*Italic.ttf Ecolier*.ttf ecolier*.ttf millimetre*.otf Millimetre*.otf aerial*.ttf Tymes*.ttf Veranda*.ttf Arial*.ttf
cmunbx.ttf cmuntt.ttf cmunti.ttf LiberationSans-*.ttf DejaVuSans-*.ttf Century*.ttf Inter-*.otf Comfortaa*.ttf
""".split()
# Kept from training. The suite's own fonts (tests/longvid_synth/needles.py) and their relatives.
KEPT_OUT = ("*Lato*", "*Carlito*", "FreeMono*", "LiberationSansNarrow*", "Roboto-Black*", "*BoldOblique*",
            # Those of tests/longvid_synth/foreign_draw.py.
            "Tuffy*", "tuffy*", "cmunrm*", "cmunss*", "Oswald-Regular*", "lmsans10*", "NimbusMonoPS-Bold.*",
            # Strokes thinner than a pixel at the sizes of the training pictures.
            "*Thin*", "*ExtraLight*", "BebasNeue-Light*")
PER_PATTERN = 3  # weights and slants of one pattern, spread over its files


def training_fonts() -> list[Path]:
    """Installed files in the order of TAKEN, each once."""
    files: dict[str, Path] = {}
    for path in sorted(FONTS.rglob("*.?tf")):
        if path.suffix in (".ttf", ".otf") and not any(fnmatch(path.name, k) for k in KEPT_OUT):
            files.setdefault(path.name, path)
    chosen: dict[str, Path] = {}
    for pattern in (*TAKEN, *MORE):
        names = [name for name in files if fnmatch(name, pattern)]
        if not names:
            print(f"left out, not installed: {pattern}")
        step = max(1, -(-len(names) // PER_PATTERN))
        for name in names[::step]:
            chosen[name] = files[name]
    return list(chosen.values())
