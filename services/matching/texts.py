"""Every code of a gate, a line, a question and an outcome in Swedish, English and easy Swedish. Data only."""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Tongue = Literal["sv", "en", "easy"]


class Text(NamedTuple):
    sv: str
    en: str
    easy: str  # easy Swedish: short sentences, everyday words


GATES: Mapping[str, Text] = {
    "other_occupation": Text(
        "Yrket är inte önskat och inte närliggande", "Not a wished or a related occupation", "Det är ett annat yrke."
    ),
    "other_municipality": Text("Ligger i en annan kommun", "In another municipality", "Det är i en annan kommun."),
    "out_of_reach": Text("Ges för långt bort", "Given too far away", "Kursen är för långt bort."),
    "no_consent": Text(
        "Personen har inte sagt ja till att matchas",
        "The person has not agreed to be matched",
        "Personen har inte sagt ja.",
    ),
    "not_shared": Text(
        "Personen delar inte sina uppgifter",
        "The person does not share their details",
        "Personen vill inte visa sina uppgifter.",
    ),
    "nothing_left": Text("Ingen plats är kvar", "No place is left", "Det finns ingen plats kvar."),
    "adult_awaited": Text(
        "En vuxen i hushållet har inte bekräftat",
        "An adult of the household has not confirmed",
        "En vuxen i familjen har inte svarat än.",
    ),
    "not_assessed": Text(
        "En namngiven person behöver först dokumentera att platsen är lämplig",
        "A named person must first document that the place is suitable",
        "Någon måste först skriva att platsen passar.",
    ),
    "dates": Text("Tiderna möts inte", "The dates do not meet", "Tiden passar inte."),
    "commute": Text("Resan är längre än personen vill", "Too long a commute", "Resan är för lång."),
    "regulated": Text(
        "Yrket är reglerat, och behörigheten saknas",
        "The profession is regulated, and the licence is lacking",
        "Lagen kräver ett bevis för yrket. Beviset saknas.",
    ),
    "licence": Text("En behörighet som krävs saknas", "A required licence is lacking", "Ett bevis saknas."),
    "language": Text("Språket räcker inte till", "The language does not suffice", "Språket räcker inte."),
    "working_time": Text(
        "Arbetstiderna är sådana som personen har sagt nej till",
        "Working times that the person has refused",
        "Personen kan inte arbeta de tiderna.",
    ),
    "rooms": Text("Färre rum än hushållet behöver", "Fewer rooms than needed", "Det är för få rum."),
    "rent": Text("Hyran är högre än hushållet kan betala", "The rent is too high", "Hyran är för hög."),
    "tenure": Text(
        "En annan upplåtelseform än önskat", "Another tenure than wished", "Bostaden ägs på ett annat sätt."
    ),
    "accessibility": Text(
        "Bostaden saknar tillgänglighet som behövs",
        "The home lacks accessibility that is needed",
        "Det går inte att bo där med de behov som finns.",
    ),
    "fair_spread": Text(
        "Området har redan så många bostäder med socialt syfte som det ska ha",
        "The area has as many homes with a social purpose as it should have",
        "Området har redan många sådana bostäder.",
    ),
    "stage": Text(
        "Enheten har inte barnets stadium", "The unit does not have the child's stage", "Skolan har inte årskursen."
    ),
    "level": Text(
        "Kursen kräver en högre utbildningsnivå",
        "The course asks for a higher level of education",
        "Kursen kräver mer utbildning först.",
    ),
}

LINES: Mapping[str, Text] = {
    "occupation": Text("Yrket", "The occupation", "Yrket"),
    "occupation_wished": Text("Önskat yrke", "A wished occupation", "Yrke som personen vill ha"),
    "skills": Text("Kunskaper", "Skills", "Det personen kan eller vill lära sig"),
    "skills_merited": Text("Meriterande kunskaper", "Skills that are an advantage", "Kunskaper som är bra att ha"),
    "languages": Text("Språk", "Languages", "Språk"),
    "working_hours": Text("Arbetstid", "Working hours", "Arbetstid"),
    "start": Text("Startdatum", "Start date", "När det börjar"),
    "rooms": Text("Antal rum", "Number of rooms", "Antal rum"),
    "availability": Text("Tillträde", "Availability", "När platsen är ledig"),
    "rent": Text("Hyran", "The rent", "Hyran"),
    "area": Text("Önskat område", "Preferred area", "Området"),
    "support": Text("Stöd som barnet behöver", "Support that the child needs", "Stöd i skolan"),
    "near": Text("Nära hemmet", "Near home", "Nära hemmet"),
    "siblings": Text("Samma enhet som syskon", "Same unit as siblings", "Samma skola som syskon"),
    "profile": Text("Önskad inriktning", "Wished profile", "Det skolan är bra på"),
    "leads_to": Text("Leder till önskat yrke", "Leads to a wished occupation", "Yrket efter kursen"),
    "prior": Text("Förkunskaper", "Prior knowledge", "Det man ska kunna innan"),
    "pace": Text("Studietakt", "Pace of study", "Hur fort man läser"),
    "interests": Text("Gemensamma intressen", "Common interests", "Samma intressen"),
    "times": Text("Tider som passar", "Times that suit", "Tider som passar"),
    "adaptation": Text("Anpassning som finns på plats", "Adaptation that is in place", "Hjälp som finns på jobbet"),
}

ASK: Mapping[str, Text] = {
    "seeker": Text("Fråga den som söker: {line}", "Ask the seeker: {line}", "Fråga personen: {line}"),
    "owner": Text(
        "Fråga den som erbjuder platsen: {line}", "Ask the owner of the place: {line}", "Fråga ägaren: {line}"
    ),
}

GAIN = Text(
    "Med {words}: {points} poäng till",
    "With {words}: {points} points more",
    "Kan personen {words} blir det {points} poäng mer.",
)
LOST = Text(
    "{line}: {points} poäng av {possible}",
    "{line}: {points} points of {possible}",
    "{line} ger {points} poäng av {possible}.",
)
PRICE = Text(
    "Platsen behövdes mer av andra: de hade förlorat {price} poäng",
    "Others needed the place more: they would have lost {price} points",
    "Andra behövde platsen mer. De hade förlorat {price} poäng.",
)
ORDER = Text(
    "Allt stämmer, och lika många poäng gick före enligt ordningen av id",
    "Everything fits; of equal points the order of ids decided",
    "Allt passar. Någon annan med lika många poäng stod före.",
)

WAYS: Mapping[str, Text] = {
    "introduce": Text("Presentera dem för varandra", "Introduce them", "De får träffas."),
    "allocate": Text("Kan fördelas ur potten", "Can be allocated from the pool", "Platsen kan delas ut."),
    "join_queue": Text("Ställ er i kö: {how}. Väntetid: {wait}", "Join the queue: {how}. The wait: {wait}",
                       "Ställ er i kön. Så gör man: {how}. Så länge väntar man: {wait}."),
    "refer": Text("Hänvisa till den som beslutar: {how}. Väntetid: {wait}", "Refer to who decides: {how}. The wait: {wait}",
                  "Någon annan bestämmer. Så gör man: {how}. Så länge väntar man: {wait}."),
}  # fmt: skip
NOT_SAID = Text("inte angivet, fråga", "not said, ask", "vi vet inte, fråga")
MONTHS = Text("{months} månader", "{months} months", "{months} månader")
