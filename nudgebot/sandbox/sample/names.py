"""Names that are obviously invented, in several scripts, and a few that attack who shows them."""

from __future__ import annotations

from nudgebot.sandbox.sample.chance import Draw, pick

# Language, family name ("sample" in that language), given names; the family name comes last
# except where `_FAMILY_FIRST` says so.
_SCRIPTS = (
    (
        "en",
        ("Sample", "Example", "Specimen"),
        "Ava Ben Clara Daniel Ella Finn Grace Henry Isla Jack Kate Leo Nora Oscar Poppy Ruby Sam",
    ),
    (
        "de",
        ("Muster", "Musterfrau", "Beispiel"),
        "Jonas Jörg Käthe Lukas Lena Moritz Sören Ursula Björn Änne Heike Till",
    ),
    ("fr", ("Exemple", "Échantillon"), "Chloé Zoé Éloïse Benoît François Agnès Maël Noémie"),
    ("es", ("Muestra", "Ejemplo"), "Iñigo Lucía José Begoña Martín Sofía Ángel Inés"),
    ("pl", ("Przykład", "Wzór"), "Łukasz Zofia Małgorzata Świętosław Bożena Grażyna"),
    ("cs", ("Příklad", "Vzorek"), "Jiří Žofie Šárka Řehoř Zdeňka Ondřej"),
    ("tr", ("Örnek",), "Çağla Işıl Ömer Şule Gülşen İpek Yiğit"),
    ("vi", ("Mẫu",), "Thảo Hường Đức Nguyệt Quỳnh"),
    ("ru", ("Образец", "Пример"), "Настя Иван Ольга Дмитрий Юлия Фёдор"),
    ("uk", ("Зразок",), "Їжакевич Олексій Ганна Євген"),
    ("el", ("Δείγμα",), "Ελένη Γιώργος Άννα Νίκος Χρυσή"),
    ("ar", ("عينة", "مثال"), "أمينة يوسف ليلى عمر فاطمة خالد"),
    ("he", ("דוגמה",), "נועה איתי תמר יונתן מאיה"),
    ("zh", ("样本",), "李娜 王伟 小明 芳芳 子轩"),
    ("ja", ("見本",), "さくら 蓮 陽菜 大翔 ユイ"),
    ("ko", ("견본",), "지우 민준 서연 하준 예은"),
    ("hi", ("नमूना",), "प्रिया अर्जुन अनन्या रोहन काव्या"),
)
_FAMILY_FIRST = ("zh", "ja", "ko")
_SPEAKS_SCHOOL_LANGUAGE = 0.8

# Language, given name, full name of the first thirty, whatever the seed.
_FIRST = (
    ("en", "Amina", "Amina Sample"),
    ("de", "Jonas", "Jonas Muster"),
    ("en", "Felix", "Felix Sample"),
    ("en", "Chloé", "Chloé Exemple"),
    ("en", "Mia", "Mia Sample"),
    ("en", "Łukasz", "Łukasz Przykład"),
    ("en", "Hannah", "Hannah Example"),
    ("en", "@**all**", "@**all**"),
    ("en", "Настя", "Настя Образец"),
    ("en", "Ελένη", "Ελένη Δείγμα"),
    ("en", "=1+1", "=1+1"),
    ("ar", "أمينة", "أمينة عينة"),
    ("en", "李娜", "样本 李娜"),
    ("en", "Robert'); DROP TABLE students;--", "Robert'); DROP TABLE students;--"),
    ("en", "さくら", "見本 さくら"),
    ("en", "Şule", "Şule Örnek"),
    ("fr", "Éloïse", "Éloïse Exemple"),
    ("en", "Pipe | Cell", "Pipe | Cell Sample"),
    ("he", "נועה", "נועה דוגמה"),
    ("en", "प्रिया", "प्रिया नमूना"),
    ("en", "[x](javascript:1)", "[x](javascript:1) Sample"),
    ("ko", "지우", "견본 지우"),
    ("en", "José", "José Muestra"),
    ("en", '"Quote"', '"Quote", Jr. Sample'),
    ("en", "Ömer", "Ömer Örnek"),
    ("en", "```Tick", "```Tick` *Sample*"),
    ("en", "Line", "Line\nBreak Sample"),
    ("de", "Käthe", "Käthe Muster"),
    ("en", "<b>Bold</b>", "<b>Bold</b> & Sample"),
    ("en", "#**general**", "#**general** @_**|1**\u2028\u202eelpmaS"),
)
_HOSTILE = tuple(
    each for number, each in enumerate(_FIRST, 1) if number in (8, 11, 14, 18, 21, 24, 26, 27, 29)
)
_HOSTILE_SHARE = 0.004


def student_name(number: int, draw: Draw) -> tuple[str, str, str]:
    """Language, given name and full name of the student with that number (from 1)."""
    if number <= len(_FIRST):
        return _FIRST[number - 1]
    if draw() < _HOSTILE_SHARE:
        return pick(draw, _HOSTILE)
    # Half of a European school's sample keeps to the first few scripts.
    scripts = _SCRIPTS[:4] if draw() < 0.5 else _SCRIPTS
    language, families, givens = pick(draw, scripts)
    given, family = pick(draw, givens.split()), pick(draw, families)
    name = f"{family} {given}" if language in _FAMILY_FIRST else f"{given} {family}"
    spoken = "en" if draw() < _SPEAKS_SCHOOL_LANGUAGE else language
    return spoken, given, name


def teacher_name(number: int) -> str:
    """A teacher's name, such as "Ms Sample 4"."""
    titles = ("Ms", "Mr", "Mx", "Dr")
    families = ("Sample", "Muster", "Exemple", "Muestra", "Příklad", "Образец", "Δείγμα")
    return f"{titles[number % len(titles)]} {families[number % len(families)]} {number}"
