"""Wilson intervals by the Python package svy, of the designs in ``survey_designs.csv``.

    python -m venv /tmp/svy && /tmp/svy/bin/pip install svy
    /tmp/svy/bin/python tests/oracles/wilson_svy.py > tests/oracles/wilson_svy.csv

It is no dependency of the project: the values are committed. Imports nothing of the project.
"""

import csv
from pathlib import Path

import polars as pl
import svy

cells = list(csv.DictReader((Path(__file__).parent / "survey_designs.csv").open(encoding="utf-8")))
print("design,method,group,value,se,df,people,low,high")
for nr in sorted({int(c["design"]) for c in cells}):
    mine = [c for c in cells if int(c["design"]) == nr]
    invited = {c["h"]: int(c["number"]) for c in mine if c["what"] == "invited"}
    people = [
        {
            "h": c["h"], "g": c["g"], "yes": int(int(c["k"]) <= 2), "asked": c["what"] == "asked",
            "N": invited[c["h"]], "total": sum(invited.values()),
        }
        for c in mine if c["what"] in ("asked", "answered") for _ in range(int(c["number"]))
    ]  # fmt: skip
    size = {h: sum(p["h"] == h for p in people) for h in invited}
    table = pl.DataFrame(
        {**p, "w": p["N"] / size[p["h"]], "one": p["total"] / len(people)} for p in people
    )
    if 1 in size.values():
        continue  # svy has another rule for a stratum of one
    for method, design in (
        ("srs", svy.Design(wgt="one", pop_size="total")),
        ("strata", svy.Design(stratum="h", wgt="w", pop_size="N")),
    ):
        for group in sorted({p["g"] for p in people if p["asked"]}):
            where = (svy.col("g") == group) & svy.col("asked")
            found = svy.Sample(table, design).estimation.prop(
                "yes", where=where, ci_method="wilson"
            )
            for row in found.to_polars().to_dicts():
                if row["yes"] == 1 and 0 < row["est"] < 1 and row["df"] > 0 and row["se"] > 1e-8:
                    told = (row[name] for name in ("est", "se", "df", "n", "lci", "uci"))
                    print(nr, method, group, *(f"{x:.15g}" for x in told), sep=",")
