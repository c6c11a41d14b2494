package dev.lethe.audit.report;

import dev.lethe.audit.report.Report.OutputNote;
import dev.lethe.audit.report.Report.PlantedLeak;
import dev.lethe.audit.report.Report.Severity;
import dev.lethe.audit.report.Report.Sight;
import dev.lethe.audit.report.Report.Subject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a data-protection officer reads and signs, as the template shows it. It must fit one sheet of A4 whatever the
 * data says, so each text has a limit; what was cut stands in full in {@code cut}, for a later page.
 */
record FirstPage(
        String title,
        String date,
        VerdictWords verdict,
        String headline,
        String headlineLength,
        List<KeyNumber> keys,
        String keysNote,
        List<Pair> tested,
        List<String> notTested,
        List<String> limits,
        List<FullText> cut) {
    private static final int MAX_ITEMS = 5;
    private static final int MAX_ITEM_CHARACTERS = 130;
    private static final int MAX_LIST_CHARACTERS = 420;
    private static final int MAX_FACT_CHARACTERS = 190;
    private static final int MAX_VERSION_CHARACTERS = 30;
    /** Room for how many items are left. */
    private static final int MORE_CHARACTERS = 40;

    private static final int MAX_TITLE_CHARACTERS = 120;
    private static final int MAX_HEADLINE_CHARACTERS = 400;
    private static final int MAX_KEYS = 3;

    record KeyNumber(String name, String value, String interval, String note) {}

    record Pair(String name, String value) {}

    record FullText(String title, List<String> items) {}

    static FirstPage of(Report report) {
        List<FullText> cut = new ArrayList<>();
        String headline = headline(report);
        return new FirstPage(
                shorten("Title", report.subject().title(), MAX_TITLE_CHARACTERS, cut),
                date(report.provenance().started()),
                VerdictWords.of(report),
                shorten(
                        isBlind(report) ? "Why there is no verdict" : "Strongest finding",
                        headline,
                        MAX_HEADLINE_CHARACTERS,
                        cut),
                headline.length() <= 130 ? "" : headline.length() <= 260 ? "long" : "longest",
                keys(report),
                keysNote(report),
                tested(report, cut),
                shorten("What was not tested", report.notTested(), cut),
                shorten("What the numbers do not say", limits(report), cut),
                cut);
    }

    /** The strongest finding, or why there is no verdict on it. */
    static String headline(Report report) {
        if (report.verdict().isPresent()) {
            return report.findings().get(0).sentence();
        }
        return isBlind(report)
                ? String.join(" ", report.blindness())
                : "No attack could be judged; see what was asked for and not computed.";
    }

    /** Whether there is no verdict since the audit could not see. */
    private static boolean isBlind(Report report) {
        return report.verdict().isEmpty() && !report.blindness().isEmpty();
    }

    /** Before the limits of every audit those of this one's eyes. */
    private static List<String> limits(Report report) {
        List<String> limits = new ArrayList<>(caveats(report));
        limits.addAll(report.limits());
        return limits;
    }

    /** What this audit could not see or see only dimly, unless it is the headline. */
    static List<String> caveats(Report report) {
        List<String> caveats = new ArrayList<>();
        if (report.verdict().isPresent() && !report.blindness().isEmpty()) {
            caveats.add("This audit was blind in part" + missed(report) + ". What was not found may be there.");
        }
        report.guard().outputs().stream()
                .filter(note ->
                        note.severity() == Severity.WEAKENS || (note.severity() == Severity.VOIDS && !isBlind(report)))
                .sorted(Comparator.comparing(OutputNote::severity).reversed())
                .map(OutputNote::sentence)
                .forEach(caveats::add);
        return caveats;
    }

    private static String missed(Report report) {
        List<PlantedLeak> planted = report.guard().planted();
        long missed =
                planted.stream().filter(leak -> leak.outcome() == Sight.MISSED).count();
        return missed == 0
                ? ""
                : ": " + Numbers.count(missed) + " of " + counted(planted.size(), "attack", "attacks")
                        + " missed a leak that was planted";
    }

    boolean hasKeys() {
        return !keys.isEmpty();
    }

    private static List<KeyNumber> keys(Report report) {
        List<KeyNumber> keys = new ArrayList<>();
        for (Finding finding : keyFindings(report, MAX_KEYS)) {
            Metric metric = Metric.of(finding.metric());
            keys.add(new KeyNumber(
                    Printable.of(metric.name(), 60),
                    Numbers.down(finding.value()),
                    Numbers.interval(finding.low(), finding.high()),
                    note(metric, finding)));
        }
        keys.add(new KeyNumber(
                "Accuracy on members and on others",
                Numbers.nearest(report.training().trainAccuracy()) + " / "
                        + Numbers.nearest(report.training().testAccuracy()),
                "",
                "a wide gap makes members easy to tell"));
        return keys;
    }

    private static String note(Metric metric, Finding finding) {
        if (metric.guessing().isEmpty()) {
            return "";
        }
        double guessing = metric.guessing().getAsDouble();
        return metric.shareOfMembers()
                ? Numbers.oneIn(finding.value()) + " members; guessing: " + Numbers.oneIn(guessing)
                : metric.meaning() + "; guessing: " + Numbers.asGiven(guessing);
    }

    /**
     * The headline, then what else the same attack says of everybody: first what leaks, the AUC before the rates, rates
     * with fewer false alarms before those with more.
     */
    static List<Finding> keyFindings(Report report, int limit) {
        if (report.findings().isEmpty()) {
            return List.of();
        }
        Finding headline = report.findings().get(0);
        Set<String> metrics = new HashSet<>();
        List<Finding> keys = new ArrayList<>(List.of(headline));
        metrics.add(headline.metric());
        report.findings().stream()
                .filter(f -> f.attack().equals(headline.attack()) && f.slice().isEmpty())
                .filter(f -> metrics.add(f.metric()))
                .sorted(Comparator.comparing((Finding f) -> f.verdict() == Verdict.NOTHING_FOUND)
                        .thenComparing(f -> !f.metric().equals("auc"))
                        .thenComparing(f -> Metric.of(f.metric()).guessing().orElse(1)))
                .limit(limit - 1L)
                .forEach(keys::add);
        return keys;
    }

    private static String keysNote(Report report) {
        if (report.findings().isEmpty()) {
            return "";
        }
        Finding headline = report.findings().get(0);
        return (isBlind(report) ? "Measured by an audit that could not see. " : "") + "Strongest attack: "
                + Printable.of(attackName(report, headline.attack()), 90) + ". Intervals hold with "
                + Numbers.percent(headline.confidence()) + " confidence.";
    }

    /** The name on the attack's card, or its identifier if the report has no card for it. */
    static String attackName(Report report, String id) {
        return report.attacks().stream()
                .filter(attack -> attack.card().id().equals(id))
                .map(attack -> attack.card().name())
                .findFirst()
                .orElse(id);
    }

    private static List<Pair> tested(Report report, List<FullText> cut) {
        Subject subject = report.subject();
        String data =
                subject.attribution().isEmpty() ? subject.data() : subject.data() + " (" + subject.attribution() + ")";
        return List.of(
                fact("Model", subject.model(), cut),
                fact("Data", data, cut),
                people(subject, cut),
                new Pair("Attacks, strongest first", attacks(report, cut)),
                fact("Models", models(subject), cut),
                fact(
                        "To repeat",
                        "Lethe " + Printable.of(report.provenance().version(), MAX_VERSION_CHARACTERS) + ", seed "
                                + report.seed(),
                        cut));
    }

    private static Pair people(Subject subject, List<FullText> cut) {
        String members = Numbers.count(subject.members());
        String others = Numbers.count(subject.nonMembers());
        String classes = counted(subject.classes(), "class", "classes");
        return subject.unit().isEmpty()
                ? fact(
                        "Records",
                        members + " that the model was trained on (members), " + others
                                + " of the same kind that it never saw; " + classes,
                        cut)
                : fact(
                        "People, each with all their rows",
                        members + " whose rows the model was trained on (members), " + others
                                + " whose rows it never saw; " + classes + "; people told apart by " + subject.unit(),
                        cut);
    }

    private static String models(Subject subject) {
        if (subject.shadows() == 0) {
            return "the audited one, and no shadow models for the attacker";
        }
        String models =
                counted(subject.targets(), "model", "models") + " of the recipe in the part of the audited one; "
                        + counted(subject.shadows(), "shadow model", "shadow models");
        if (subject.population() > 0) {
            models += " and " + counted(subject.population(), "fresh record", "fresh records");
        }
        models += " for the attacker";
        return subject.queries() > 1
                ? models + ", who asked about " + Numbers.count(subject.queries()) + " versions of each record"
                : models;
    }

    /** As many whole names as fit. */
    private static String attacks(Report report, List<FullText> cut) {
        List<String> names =
                report.attacks().stream().map(attack -> attack.card().name()).toList();
        if (names.isEmpty()) {
            return "none";
        }
        String joined = names.stream().map(Printable::of).collect(Collectors.joining("; "));
        if (joined.length() <= MAX_FACT_CHARACTERS) {
            return joined;
        }
        cut.add(new FullText("Attacks, strongest first", names));
        int shown = 0;
        StringBuilder text = new StringBuilder();
        for (String name : names) {
            String next = Printable.of(name, MAX_FACT_CHARACTERS / 2);
            if (text.length() + next.length() > MAX_FACT_CHARACTERS - MORE_CHARACTERS) {
                break;
            }
            text.append(shown == 0 ? "" : "; ").append(next);
            shown++;
        }
        return shown == names.size() ? text.toString() : text + more(names.size() - shown);
    }

    private static String more(int left) {
        return "; and " + left + " more, on a later page";
    }

    /** A count and the noun that fits it. */
    static String counted(int count, String one, String many) {
        return Numbers.count(count) + " " + (count == 1 ? one : many);
    }

    private static Pair fact(String name, String value, List<FullText> cut) {
        return new Pair(name, shorten(name, value, MAX_FACT_CHARACTERS, cut));
    }

    private static List<String> shorten(String title, List<String> items, List<FullText> cut) {
        if (items.isEmpty()) {
            return List.of("Nothing is recorded here.");
        }
        List<String> shown = new ArrayList<>();
        boolean whole = true;
        int characters = 0;
        for (String item : items) {
            String text = Printable.of(item, MAX_ITEM_CHARACTERS);
            characters += text.length();
            if (shown.size() == MAX_ITEMS || (characters > MAX_LIST_CHARACTERS && !shown.isEmpty())) {
                break;
            }
            whole &= Printable.of(item).length() <= MAX_ITEM_CHARACTERS;
            shown.add(text);
        }
        int left = items.size() - shown.size();
        if (left > 0) {
            shown.add("and " + left + " more, on a later page");
        }
        if (left > 0 || !whole) {
            cut.add(new FullText(title, items));
        }
        return shown;
    }

    private static String shorten(String title, String text, int limit, List<FullText> cut) {
        String shown = Printable.of(text, limit);
        if (Printable.of(text).length() > limit) {
            cut.add(new FullText(title, List.of(text)));
        }
        return shown;
    }

    /** A day for people where the text is an instant; else the text. */
    private static String date(String started) {
        try {
            return DateTimeFormatter.ofPattern("d MMMM uuuu, HH:mm 'UTC'", Locale.ENGLISH)
                    .format(Instant.parse(started).atOffset(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            return Printable.of(started, 40);
        }
    }
}
