#!/usr/bin/env python3
"""Plots what cwasm_fleet has written.

usage: fleet.py ROWS.csv PLOT.svg

Above, how many of the lookups compiled, as the trace goes on; below, how many compiles that makes.
"""
import csv
import pathlib
import sys

WIDTH, LEFT, RIGHT = 860, 64, 132
PANELS = ((64, 190), (340, 190))  # top and height
# The parts of the trace in which a patch release rolls out, in lookups: k_phases in fleet_trace.hpp.
ROLL_OUTS = (("48.0.1 rolls out", 18000, 24000), ("48.0.2 rolls out", 39000, 45000))
POLICIES = ("exact", "compatible")

STYLE = """
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #57606a }
  .title { font-size: 15px; font-weight: 600; fill: #1f2328 }
  .number { text-anchor: end; font-variant-numeric: tabular-nums }
  .middle { text-anchor: middle }
  .page { fill: #ffffff }
  .band { fill: #eaeef2 }
  .grid { stroke: #d8dee4; stroke-width: 1 }
  .axis { stroke: #8c959f; stroke-width: 1 }
  polyline { fill: none; stroke-width: 2.25; stroke-linejoin: round; stroke-linecap: round }
  polyline.exact { stroke: #bc4c00 }  polyline.compatible { stroke: #0969da }
  text.exact, text.compatible { font-weight: 600 }
  text.exact { fill: #bc4c00 }  text.compatible { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #9198a1 }
    .title { fill: #f0f6fc }
    .page { fill: #0d1117 }
    .band { fill: #1c232c }
    .grid { stroke: #2a313a }
    .axis { stroke: #656c76 }
    polyline.exact { stroke: #f0883e }  polyline.compatible { stroke: #58a6ff }
    text.exact { fill: #f0883e }  text.compatible { fill: #58a6ff }
  }
"""


def read(path):
    """Of each policy: lookups at each row's end, share of them that compiled (%), sum of compiles."""
    series = {policy: ([0], [], [0]) for policy in POLICIES}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            ends, shares, sums = series[row["policy"]]
            lookups, compiles = int(row["lookups"]), int(row["compiles"])
            ends.append(ends[-1] + lookups)
            shares.append(100 * compiles / lookups)
            sums.append(sums[-1] + compiles)
    return series


def scale(largest):
    """The distance of grid lines, and how many of them it takes to reach the largest value."""
    step = next(base * 10 ** power for power in range(9) for base in (1, 2, 5)
                if largest <= 5 * base * 10 ** power)
    return step, -int(-largest // step)


class Plot:
    def __init__(self, lookups):
        self.lookups = lookups
        self.parts = []

    def add(self, part):
        self.parts.append("  " + part)

    def text(self, x, y, kind, text):
        self.add(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{text}</text>')

    def x(self, lookups):
        return LEFT + (WIDTH - LEFT - RIGHT) * lookups / self.lookups

    def panel(self, panel, title, largest, unit=""):
        """Bands, grid and axes of one panel; gives what places a value in it."""
        top, height = PANELS[panel]
        step, count = scale(largest)
        def y(value):
            return top + height - height * value / (step * count)
        for name, begin, end in ROLL_OUTS:
            self.add(f'<rect x="{self.x(begin):.1f}" y="{top}" class="band" height="{height}" '
                     f'width="{self.x(end) - self.x(begin):.1f}"/>')
            if panel == 0:
                self.text(self.x((begin + end) / 2), top - 7, "middle", name)
        for i in range(count + 1):
            line = "grid" if i else "axis"
            self.add(f'<path d="M{LEFT} {y(i * step):.1f}H{WIDTH - RIGHT}" class="{line}"/>')
            self.text(LEFT - 8, y(i * step) + 4.5, "number", f"{i * step:,}{unit}")
        for lookups in range(0, self.lookups + 1, 10000):
            self.text(self.x(lookups), top + height + 18, "middle", f"{lookups:,}")
        self.text(LEFT, top - 28, "title", title)
        return y

    def line(self, policy, points, label, label_y):
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.add(f'<polyline class="{policy}" points="{text}"/>')
        for i, part in enumerate((policy, label)):
            self.text(WIDTH - RIGHT + 8, label_y + i * 17, policy, part)

    def svg(self):
        height = PANELS[-1][0] + PANELS[-1][1] + 46
        self.text((LEFT + WIDTH - RIGHT) / 2, height - 8, "middle", "lookups")
        body = "\n".join(self.parts)
        return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
                f'width="{WIDTH}" height="{height}" role="img">\n'
                '  <title>A fleet that shares one cache: compiles by policy</title>\n'
                f'  <style>{STYLE}  </style>\n'
                f'  <rect class="page" width="{WIDTH}" height="{height}" rx="6"/>\n{body}\n</svg>\n')


def main():
    rows, out = map(pathlib.Path, sys.argv[1:3])
    series = read(rows)
    plot = Plot(series["exact"][0][-1])
    y = plot.panel(0, "Lookups that compile", max(series["exact"][1]), " %")
    for policy, (ends, shares, sums) in series.items():
        middles = [(a + b) / 2 for a, b in zip(ends, ends[1:])]
        label = f"{100 * sums[-1] / ends[-1]:.1f} % of all"
        # The lines end close to each other.
        label_y = y(0) - (22 if policy == "compatible" else 66)
        plot.line(policy, [(plot.x(m), y(s)) for m, s in zip(middles, shares)], label, label_y)
    y = plot.panel(1, "Compiles since the beginning", series["exact"][2][-1])
    for policy, (ends, _, sums) in series.items():
        plot.line(policy, [(plot.x(e), y(s)) for e, s in zip(ends, sums)],
                  f"{sums[-1]:,} compiles", y(sums[-1]) - 4)
    out.write_text(plot.svg(), encoding="utf-8")


if __name__ == "__main__":
    main()
