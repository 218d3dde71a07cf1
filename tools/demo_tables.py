"""The counts behind the demo surveys, and how answers lean. Read by ``make_demo.py``.

A table row is ``question: option codes from the warmest answer to the coldest`` and, under it, the
counts per department in that order. "-" is an unanswered item. In the two questions with several
choices the codes after "/" stand alone (who chose one of them chose nothing else); the sum of the
others may exceed the respondents.
"""

# As published where the audit published a count, otherwise made up within what its prose allows.
ATTRIBUTES_2024 = """
occupation: administration_stod utbildning_vard handlaggning ledning teknik_miljo annat
    BUN 4 10 0 3 0 0 | KLK 22 0 0 4 3 1 | MBN 1 0 2 1 0 0 | SN 10 7 12 3 0 1 | TN 2 0 1 0 4 0
position: chef medarbetare
    BUN 4 13 | KLK 5 25 | MBN 1 3 | SN 5 28 | TN 1 6
"""

ANSWERS_2024 = """
frekvens: tre_dagar_eller_fler en_tva_dagar_veckan nagra_dagar_manaden mer_sallan aldrig
    BUN 0 2 3 6 6 | KLK 3 16 6 3 2 | MBN 0 3 1 0 0 | SN 1 6 9 7 10 | TN 0 1 2 1 3
q1_1: ja vet_ej nej
    BUN 3 8 6 | KLK 15 8 7 | MBN 3 1 0 | SN 6 16 11 | TN 4 2 1
q1_2: ja vet_ej nej
    BUN 5 4 8 | KLK 21 4 5 | MBN 4 0 0 | SN 11 8 14 | TN 4 1 2
q1_3: mycket_tydliga tydliga vet_ej otydliga mycket_otydliga
    BUN 1 3 3 6 4 | KLK 5 14 5 5 1 | MBN 2 2 0 0 0 | SN 1 7 8 11 6 | TN 0 3 2 2 0
q1_4: ja vet_ej nej
    BUN 4 7 6 | KLK 13 11 6 | MBN 2 2 0 | SN 6 15 12 | TN 2 3 2
q1_5: mycket_val val delvis vet_ej inte_alls
    BUN 0 1 1 1 14 | KLK 6 12 8 3 1 | MBN 2 0 2 0 0 | SN 1 6 12 9 5 | TN 0 1 2 2 2
q2_1a: ja vet_ej nej
    BUN 7 6 4 | KLK 18 6 6 | MBN 3 1 0 | SN 8 8 17 | TN 1 1 5
q2_1b: mycket_bra bra varken_eller daligt mycket_daligt
    BUN 6 5 3 2 1 | KLK 21 6 2 1 0 | MBN 3 1 0 0 0 | SN 14 7 4 4 4 | TN 2 1 2 1 1
q2_1c: mycket_positivt positivt delvis vet_ej negativt mycket_negativt
    BUN 5 3 6 2 1 0 | KLK 13 4 11 2 0 0 | MBN 2 1 1 0 0 0 | SN 6 2 14 3 6 2 | TN 1 0 4 0 1 1
q2_2: ja vet_ej nej
    BUN 3 10 4 | KLK 9 18 3 | MBN 0 3 1 | SN 4 19 10 | TN 1 4 2
q3_1a: ja vet_ej nej
    BUN 3 4 4 | KLK 15 6 7 | MBN 1 1 2 | SN 4 7 12 | TN 1 1 2
q3_1b: 5 4 3 2 1
    BUN 0 1 2 2 6 | KLK 3 8 7 5 5 | MBN 0 0 1 1 2 | SN 0 2 4 6 11 | TN 0 0 2 1 1
q3_2: ja vet_ej nej
    BUN 1 5 5 | KLK 4 14 10 | MBN 0 3 1 | SN 1 10 12 | TN 0 2 2
q3_3: mycket_positivt positivt oforandrat vet_ej negativt mycket_negativt
    BUN 1 3 5 1 1 0 | KLK 7 10 8 2 1 0 | MBN 1 2 1 0 0 0 | SN 2 6 9 2 4 0 | TN 1 1 1 1 0 0
q3_4: mycket_effektiv effektiv mattligt_effektiv ineffektiv
    BUN 3 5 3 0 | KLK 17 8 3 0 | MBN 3 1 0 0 | SN 6 9 6 2 | TN 1 2 1 0
q3_5: ja vet_ej nej
    BUN 4 5 2 | KLK 17 9 2 | MBN 1 3 0 | SN 5 10 8 | TN 2 2 0
produktivitet: mycket_positivt positivt oforandrat vet_ej negativt mycket_negativt
    BUN 3 5 3 0 0 0 | KLK 15 9 3 1 0 0 | MBN 2 2 0 0 0 0 | SN 7 7 4 1 3 1 | TN 2 2 0 0 0 0
motesfrekvens: dagligen flera_ganger_veckan en_gang_veckan mer_sallan
    BUN 1 3 4 3 | KLK 9 12 5 2 | MBN 0 1 1 2 | SN 5 7 5 6 | TN 1 0 1 2
arbetsmiljoatgarder: dialog arbetsplatstraff ergonomi riskbedomning isolering / vet_ej inga
    BUN 4 2 1 0 0 1 5 | KLK 14 9 4 2 3 3 8 | MBN 0 0 1 0 0 0 3 | SN 8 3 3 1 1 3 10 |
    TN 1 0 0 0 0 0 3
it_atgarder: vpn kryptering begransad_atkomst siths_kort / vet_ej inga
    BUN 7 2 6 1 2 0 | KLK 24 14 8 19 1 0 | MBN 4 0 0 1 0 0 | SN 18 9 13 7 2 1 | TN 3 2 0 3 0 0
it_utbildning: ja delvis nej
    BUN 2 6 3 | KLK 14 10 4 | MBN 0 2 2 | SN 4 8 11 | TN 1 3 0
it_uppfoljning: 5 4 3 2 1
    BUN 0 1 2 4 4 | KLK 2 7 9 6 4 | MBN 0 0 1 2 1 | SN 0 1 5 8 9 | TN 0 0 2 2 0
"""

# Made up. The story: guidelines are decided and known, far better anchored; risks are followed up
# somewhat more, IT training reaches more; but fairness stands still (50 of 123 against 37 of 91)
# and is worse at SN, and methods to measure productivity are as missing as before.
ATTRIBUTES_2026 = """
occupation: administration_stod utbildning_vard handlaggning ledning teknik_miljo annat
    BUN 7 11 0 4 0 0 | KFN 3 0 0 0 0 1 | KLK 28 0 0 6 5 2 | MBN 1 0 5 1 1 0 | SN 12 8 16 4 0 1 |
    TN 3 0 1 1 4 0
position: chef medarbetare
    BUN 5 17 | KFN 1 3 | KLK 7 34 | MBN 1 7 | SN 7 34 | TN 2 7
sex: kvinna man vill_ej_uppge
    BUN 17 5 0 | KFN 3 1 0 | KLK 27 13 1 | MBN 4 4 0 | SN 34 6 1 | TN 3 6 0
age: 50_66 40_49 30_39 18_29
    BUN 8 7 5 2 | KFN 2 1 1 0 | KLK 14 13 10 4 | MBN 2 2 3 1 | SN 13 12 11 5 | TN 3 3 2 1
"""

ANSWERS_2026 = """
frekvens: tre_dagar_eller_fler en_tva_dagar_veckan nagra_dagar_manaden mer_sallan aldrig
    BUN 0 5 6 6 5 | KFN 0 0 1 2 1 | KLK 3 25 9 3 1 | MBN 0 5 3 0 0 | SN 0 12 13 8 8 |
    TN 0 3 3 1 2
q1_1: ja vet_ej nej
    BUN 14 6 2 | KFN 3 1 0 | KLK 36 4 1 | MBN 7 1 0 | SN 27 11 3 | TN 7 2 0
q1_2: ja vet_ej nej
    BUN 14 3 5 | KFN 3 0 1 | KLK 36 3 2 | MBN 7 1 0 | SN 25 6 10 | TN 6 1 2
q1_3: mycket_tydliga tydliga vet_ej otydliga mycket_otydliga
    BUN 2 10 4 5 1 | KFN 1 2 1 0 0 | KLK 11 23 3 4 0 | MBN 3 4 1 0 0 | SN 4 19 7 9 2 |
    TN 1 5 1 2 0
q1_4: ja vet_ej nej
    BUN 9 9 4 | KFN 2 2 0 | KLK 25 12 4 | MBN 5 3 0 | SN 16 17 8 | TN 4 3 2
q1_5: mycket_val val delvis vet_ej inte_alls
    BUN 1 6 8 3 4 | KFN 0 2 1 1 0 | KLK 11 20 7 2 1 | MBN 3 3 2 0 0 | SN 3 12 16 6 4 |
    TN 1 3 3 1 1
q2_1a: ja vet_ej nej -
    BUN 8 7 6 1 | KFN 2 1 1 0 | KLK 28 6 7 0 | MBN 5 2 1 0 | SN 5 10 25 1 | TN 2 2 5 0
q2_1b: mycket_bra bra varken_eller daligt mycket_daligt -
    BUN 8 7 4 2 1 0 | KFN 1 2 1 0 0 0 | KLK 28 9 3 1 0 0 | MBN 6 2 0 0 0 0 | SN 15 10 5 6 4 1 |
    TN 3 2 2 1 1 0
q2_1c: mycket_positivt positivt delvis vet_ej negativt mycket_negativt -
    BUN 5 5 8 2 1 0 1 | KFN 1 1 1 1 0 0 0 | KLK 18 9 11 2 1 0 0 | MBN 3 3 2 0 0 0 0 |
    SN 5 4 16 4 8 3 1 | TN 1 1 4 1 1 1 0
q2_2: ja vet_ej nej -
    BUN 7 10 4 1 | KFN 1 3 0 0 | KLK 16 20 5 0 | MBN 3 4 1 0 | SN 7 19 13 2 | TN 2 5 2 0
q3_1a: ja vet_ej nej -
    BUN 7 5 5 0 | KFN 1 1 1 0 | KLK 25 7 8 0 | MBN 4 2 2 0 | SN 11 8 13 1 | TN 3 2 2 0
q3_1b: 5 4 3 2 1 -
    BUN 0 3 5 4 5 0 | KFN 0 0 1 1 1 0 | KLK 5 13 11 6 4 1 | MBN 0 2 3 2 1 0 | SN 1 4 9 9 9 1 |
    TN 0 1 3 2 1 0
q3_2: ja vet_ej nej -
    BUN 2 8 7 0 | KFN 0 2 1 0 | KLK 6 18 15 1 | MBN 1 4 3 0 | SN 2 15 16 0 | TN 0 4 3 0
q3_3: mycket_positivt positivt oforandrat vet_ej negativt mycket_negativt
    BUN 2 6 6 1 2 0 | KFN 0 1 2 0 0 0 | KLK 10 16 11 1 2 0 | MBN 2 4 2 0 0 0 | SN 3 9 13 3 4 1 |
    TN 1 3 2 1 0 0
q3_4: mycket_effektiv effektiv mattligt_effektiv ineffektiv -
    BUN 5 8 4 0 0 | KFN 1 1 1 0 0 | KLK 24 12 4 0 0 | MBN 5 2 1 0 0 | SN 9 14 8 1 1 |
    TN 2 3 2 0 0
q3_5: ja vet_ej nej
    BUN 8 6 3 | KFN 1 1 1 | KLK 28 9 3 | MBN 4 3 1 | SN 13 12 8 | TN 4 2 1
produktivitet: mycket_positivt positivt oforandrat vet_ej negativt mycket_negativt
    BUN 5 7 4 0 1 0 | KFN 1 1 1 0 0 0 | KLK 21 13 5 1 0 0 | MBN 4 3 1 0 0 0 | SN 10 11 6 1 4 1 |
    TN 3 3 1 0 0 0
motesfrekvens: dagligen flera_ganger_veckan en_gang_veckan mer_sallan
    BUN 2 5 6 4 | KFN 0 1 1 1 | KLK 12 18 8 2 | MBN 1 2 3 2 | SN 6 11 9 7 | TN 1 1 3 2
arbetsmiljoatgarder: dialog arbetsplatstraff ergonomi riskbedomning isolering / vet_ej inga
    BUN 9 5 2 4 1 2 4 | KFN 2 1 0 1 0 0 1 | KLK 25 14 9 14 5 2 6 | MBN 4 3 2 3 0 0 2 |
    SN 15 6 5 7 2 3 10 | TN 3 2 1 2 0 1 2
it_atgarder: vpn kryptering begransad_atkomst siths_kort / vet_ej inga
    BUN 13 5 9 3 2 0 | KFN 2 0 1 0 1 0 | KLK 36 24 14 30 1 0 | MBN 7 4 2 3 0 0 |
    SN 28 17 20 13 2 1 | TN 6 4 1 5 0 0
it_utbildning: ja delvis nej -
    BUN 9 6 2 0 | KFN 1 1 1 0 | KLK 29 9 2 0 | MBN 4 3 1 0 | SN 15 11 6 1 | TN 4 3 0 0
it_uppfoljning: 5 4 3 2 1
    BUN 0 3 5 5 4 | KFN 0 0 1 1 1 | KLK 5 12 12 7 4 | MBN 0 2 3 2 1 | SN 1 4 10 9 9 |
    TN 0 1 3 2 1
"""

# What the audit tells of one respondent, MBN's only manager: (department, position): answers.
PINNED_2024 = {("MBN", "chef"): {"q3_1a": "vet_ej", "q3_1b": "3", "arbetsmiljoatgarder": "inga"}}

# How the attitude leans: (question or "*", department or "*", an answer already given, shift).
# From the prose: education staff at BUN find the guidelines unclear and administrators do not, the
# same at TN; SN's managers see less productivity; BUN's managers rate communication lower.
LEANINGS = (
    ("frekvens", "*", "utbildning_vard", -1.4),
    ("frekvens", "*", "administration_stod", 0.6),
    ("frekvens", "*", "chef", 0.4),
    ("*", "BUN", "utbildning_vard", -0.6),
    ("*", "BUN", "administration_stod", 0.8),
    ("*", "TN", "administration_stod", 0.9),
    ("*", "*", "chef", 0.3),
    ("produktivitet", "SN", "chef", -1.6),
    ("q3_4", "BUN", "chef", -1.6),
    ("q2_1a", "*", "aldrig", -0.8),
    ("q2_1b", "*", "aldrig", -1.6),
    ("q2_1b", "*", "en_tva_dagar_veckan", 0.8),
    ("q2_1c", "*", "aldrig", -0.5),
    ("produktivitet", "*", "en_tva_dagar_veckan", 0.5),
    ("position", "*", "ledning", 4.0),
    ("position", "*", "50_66", 0.5),
)

# 2024 as published ("ca" kept); 2026 made up.
FRAMES = {
    "2024": (
        ("BUN", "512", "ca 27", "40"),
        ("KFN", "34", "ca 5", "3"),
        ("KLK", "103", "ca 60", "73"),
        ("MBN", "12", "12", "11"),
        ("SN", "450", "ca 49", "82"),
        ("TN", "42", "ca 8", "12"),
    ),
    "2026": (
        ("BUN", "505", "ca 32", "43"),
        ("KFN", "35", "ca 6", "6"),
        ("KLK", "106", "ca 64", "74"),
        ("MBN", "12", "12", "12"),
        ("SN", "447", "ca 55", "87"),
        ("TN", "43", "ca 10", "13"),
    ),
}
