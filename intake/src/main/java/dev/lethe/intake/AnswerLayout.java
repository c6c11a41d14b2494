package dev.lethe.intake;

import static dev.lethe.intake.BadInputException.quoted;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where files of one model's answers hold the answers and where the label: found out on the first file, by names and kinds
 * of its columns, and required of the others, whatever the order of their columns.
 *
 * <p>Answers are one list; or columns numbered from 0 or from 1, {@code p_0, p_1, ...}; or all columns of numbers that are
 * left, named by their classes, {@code p_no, p_yes}; or one column of losses, or of class 1 of two; or one column of the
 * answered classes.
 */
public final class AnswerLayout {
    private static final Pattern NUMBERED = Pattern.compile("(.*?)(\\d{1,6})");
    private static final Set<String> LABEL_NAMES = Set.of("label", "labels", "y", "target", "class", "truth", "y_true");
    private static final Set<String> ANSWER_NAMES =
            Set.of("prediction", "predictions", "predicted", "pred", "answer", "answers", "y_pred", "yhat");
    private static final int MOST_NAMES = 12;

    private final List<AnswerField> answers;
    private final @Nullable String label;
    private final boolean answeredClass;
    private final List<String> ignored;
    /** Number of the class that the first column is of, where columns are numbered. */
    private final int base;

    private final List<String> classes;
    private final boolean named;

    private AnswerLayout(
            List<AnswerField> answers,
            @Nullable String label,
            boolean answeredClass,
            List<String> ignored,
            int base,
            List<String> classes,
            boolean named) {
        this.answers = answers;
        this.label = label;
        this.answeredClass = answeredClass;
        this.ignored = ignored;
        this.base = base;
        this.classes = classes;
        this.named = named;
    }

    /** What a caller may know of a file beforehand. */
    public enum Hint {
        NONE,
        /** One answer a class, or one number of class 1. */
        CONFIDENCES,
        LOSSES,
        /** The answered class. */
        CLASSES
    }

    /** Takes one labelled record after the other. */
    @FunctionalInterface
    public interface Rows {
        /**
         * One record.
         *
         * @param place as in {@link AnswerFile.Rows}
         * @param answers written over by the next record
         * @param label number of its class; 0 where the files have no label
         */
        void row(long place, float[] answers, int label) throws IOException;
    }

    /**
     * Finds out how files are laid out.
     *
     * @param files of one model; the first one decides, the others must have the same columns
     * @param label name of the column of the class; null for the one that is called so, or for none where losses are
     * @param drop names of columns that are neither
     * @throws BadInputException if columns are missing, or could mean two things
     */
    public static AnswerLayout of(List<AnswerFile> files, @Nullable String label, Set<String> drop, Hint hint)
            throws IOException {
        AnswerFile first = files.get(0);
        refuseUnknown(first, label, drop);
        @Nullable String labelled = label != null ? label : guessLabel(first, drop);
        List<AnswerField> rest = first.fields().stream()
                .filter(field -> !drop.contains(field.name())
                        && !field.name().equals(labelled)
                        && field.kind() != AnswerField.Kind.OTHER)
                .toList();
        if (rest.isEmpty()) {
            throw bad(first, "holds no answers beside the label; the columns are " + AnswerFile.names(first.fields()));
        }
        if (labelled == null && hint != Hint.LOSSES) {
            throw bad(
                    first,
                    first.fields().size() == 1 && first.field(AnswerFile.VALUES).isPresent()
                            ? "has no labels; save them beside it as " + quoted(name(first.file()) + ".labels.npy")
                                    + ", or say --form losses if it holds those"
                            : "has no column that is called label; name it with --label, or say --form losses if the file"
                                    + " holds those. The columns are " + AnswerFile.names(first.fields()));
        }
        AnswerLayout layout = columns(first, rest, labelled, hint);
        for (AnswerFile other : files.subList(1, files.size())) {
            layout.require(other, first);
        }
        return layout.columns() == 1 && labelled != null ? layout.withClassesOf(files) : layout;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName()).replaceFirst("\\.npy(\\.gz)?$", "");
    }

    private static void refuseUnknown(AnswerFile file, @Nullable String label, Set<String> drop) {
        Set<String> unknown = new TreeSet<>(drop);
        file.fields().forEach(field -> unknown.remove(field.name()));
        if (!unknown.isEmpty()) {
            throw bad(
                    file,
                    "no column " + quoted(unknown.iterator().next()) + " to drop; the columns are "
                            + AnswerFile.names(file.fields()));
        }
        if (label != null && file.field(label).isEmpty()) {
            throw bad(
                    file,
                    "no column " + quoted(label) + " of labels; the columns are " + AnswerFile.names(file.fields()));
        }
    }

    private static @Nullable String guessLabel(AnswerFile file, Set<String> drop) {
        List<String> called = file.fields().stream()
                .map(AnswerField::name)
                .filter(name -> LABEL_NAMES.contains(name.toLowerCase(Locale.ROOT)) && !drop.contains(name))
                .toList();
        if (called.size() > 1) {
            throw bad(
                    file,
                    "columns " + quoted(called.get(0)) + " and " + quoted(called.get(1))
                            + " could both be the label; name it with --label");
        }
        return called.isEmpty() ? null : called.get(0);
    }

    private static AnswerLayout columns(AnswerFile file, List<AnswerField> rest, @Nullable String label, Hint hint) {
        List<AnswerField> lists =
                rest.stream().filter(field -> field.width() > 1).toList();
        if (lists.size() > 1) {
            throw bad(
                    file,
                    "columns " + quoted(lists.get(0).name()) + " and "
                            + quoted(lists.get(1).name()) + " could both be the answers; leave one out with --drop");
        }
        if (lists.size() == 1) {
            return new AnswerLayout(
                    lists,
                    label,
                    false,
                    others(rest, lists),
                    0,
                    numbers(0, lists.get(0).width()),
                    false);
        }
        List<AnswerField> numeric = rest.stream().filter(AnswerField::isNumeric).toList();
        if (hint == Hint.CLASSES || (rest.size() == 1 && answersClass(rest.get(0), hint))) {
            AnswerField answered = rest.size() == 1
                    ? rest.get(0)
                    : only(
                            file,
                            rest.stream()
                                    .filter(f -> ANSWER_NAMES.contains(f.name().toLowerCase(Locale.ROOT)))
                                    .toList(),
                            "answered class");
            return new AnswerLayout(
                    List.of(answered), label, true, others(rest, List.of(answered)), 0, List.of(), false);
        }
        if (hint == Hint.LOSSES) {
            AnswerField losses = numeric.size() == 1
                    ? numeric.get(0)
                    : only(
                            file,
                            numeric.stream()
                                    .filter(f ->
                                            f.name().toLowerCase(Locale.ROOT).matches("loss(es)?|nll|cross_?entropy"))
                                    .toList(),
                            "losses");
            return new AnswerLayout(List.of(losses), label, false, others(rest, List.of(losses)), 0, List.of(), false);
        }
        List<List<AnswerField>> groups = groups(numeric);
        if (groups.size() > 1) {
            throw bad(
                    file,
                    "the columns beginning with " + quoted(groups.get(0).get(0).name()) + " and those beginning with "
                            + quoted(groups.get(1).get(0).name())
                            + " could both be the answers; leave some out with --drop");
        }
        if (groups.size() == 1) {
            List<AnswerField> group = groups.get(0);
            int base = number(group.get(0).name());
            return new AnswerLayout(group, label, false, others(rest, group), base, numbers(base, group.size()), false);
        }
        if (numeric.isEmpty()) {
            throw bad(
                    file,
                    "holds no numbers beside the label; if it holds the answered classes say --form labels, and"
                            + " leave other columns out with --drop");
        }
        List<String> names = numeric.stream().map(AnswerField::name).toList();
        return new AnswerLayout(
                numeric,
                label,
                false,
                others(rest, numeric),
                0,
                numeric.size() == 1 ? List.of() : withoutCommonStart(names),
                numeric.size() > 1);
    }

    private static boolean answersClass(AnswerField field, Hint hint) {
        return hint == Hint.NONE && (field.kind() == AnswerField.Kind.TEXT || field.kind() == AnswerField.Kind.WHOLE);
    }

    private static AnswerField only(AnswerFile file, List<AnswerField> some, String what) {
        if (some.size() != 1) {
            throw bad(
                    file,
                    (some.isEmpty() ? "it is not clear which column holds the " : "several columns could hold the ")
                            + what + "; leave the others out with --drop");
        }
        return some.get(0);
    }

    /** Columns with one beginning that are numbered from 0 or 1 without a gap, in the order of the numbers. */
    private static List<List<AnswerField>> groups(List<AnswerField> numeric) {
        TreeMap<String, List<AnswerField>> byStart = new TreeMap<>();
        for (AnswerField field : numeric) {
            Matcher numbered = NUMBERED.matcher(field.name());
            if (numbered.matches()) {
                byStart.computeIfAbsent(numbered.group(1), start -> new ArrayList<>())
                        .add(field);
            }
        }
        List<List<AnswerField>> groups = new ArrayList<>();
        for (List<AnswerField> group : byStart.values()) {
            group.sort(Comparator.comparingInt(field -> number(field.name())));
            int base = number(group.get(0).name());
            boolean complete = base <= 1 && group.size() > 1;
            for (int i = 0; i < group.size(); i++) {
                complete &= number(group.get(i).name()) == base + i;
            }
            if (complete) {
                groups.add(group);
            }
        }
        return groups;
    }

    private static int number(String name) {
        Matcher numbered = NUMBERED.matcher(name);
        return numbered.matches() ? Integer.parseInt(numbered.group(2)) : -1;
    }

    private static List<String> numbers(int from, int count) {
        List<String> numbers = new ArrayList<>();
        for (int i = from; i < from + count; i++) {
            numbers.add(Integer.toString(i));
        }
        return numbers;
    }

    private static List<String> others(List<AnswerField> all, Collection<AnswerField> some) {
        return all.stream()
                .filter(field -> !some.contains(field))
                .map(AnswerField::name)
                .toList();
    }

    /** What tells names apart: p_no and p_yes are of the classes no and yes. */
    private static List<String> withoutCommonStart(List<String> names) {
        String start = names.get(0);
        for (String name : names) {
            int same = 0;
            while (same < Math.min(start.length(), name.length() - 1) && start.charAt(same) == name.charAt(same)) {
                same++;
            }
            start = start.substring(0, same);
        }
        // Not within a word: low and lower have no common start.
        int end = Math.max(
                Math.max(start.lastIndexOf('_'), start.lastIndexOf('.')),
                Math.max(start.lastIndexOf('-'), start.lastIndexOf(' ')));
        int cut = end + 1;
        return names.stream().map(name -> name.substring(cut)).toList();
    }

    private void require(AnswerFile other, AnswerFile first) {
        List<String> missing = new ArrayList<>();
        List<String> wanted =
                new ArrayList<>(answers.stream().map(AnswerField::name).toList());
        if (label != null) {
            wanted.add(label);
        }
        wanted.stream().filter(name -> other.field(name).isEmpty()).forEach(missing::add);
        if (!missing.isEmpty()) {
            throw bad(
                    other,
                    "no column "
                            + missing.stream()
                                    .limit(MOST_NAMES)
                                    .map(BadInputException::quoted)
                                    .collect(Collectors.joining(", "))
                            + (missing.size() > MOST_NAMES ? " and " + (missing.size() - MOST_NAMES) + " more" : "")
                            + ", which "
                            + quoted(String.valueOf(first.file().getFileName()))
                            + " has; write both files in the same way");
        }
        for (AnswerField field : answers) {
            int width = other.field(field.name()).orElseThrow().width();
            if (width != field.width()) {
                throw bad(
                        other,
                        "column " + quoted(field.name()) + " has " + width + " values a record, and "
                                + field.width() + " in "
                                + quoted(String.valueOf(first.file().getFileName()))
                                + "; write the answers of one model into both");
            }
        }
    }

    /** Where columns do not name the classes the labels do: read beforehand. */
    private AnswerLayout withClassesOf(List<AnswerFile> files) throws IOException {
        Set<String> found = new TreeSet<>(AnswerLayout::compared);
        List<String> texts = new ArrayList<>(List.of(Objects.requireNonNull(label)));
        if (answeredClass) {
            texts.add(answers.get(0).name());
        }
        for (AnswerFile file : files) {
            file.read(List.of(), texts, Long.MAX_VALUE, (place, numbers, codes) -> {})
                    .of()
                    .forEach(found::addAll);
        }
        return new AnswerLayout(answers, label, answeredClass, ignored, base, List.copyOf(found), false);
    }

    /** Numbers by size, before texts. */
    private static int compared(String a, String b) {
        boolean isNumber = isNumber(a);
        return isNumber && isNumber(b)
                ? Long.compare(Long.parseLong(a), Long.parseLong(b))
                : isNumber != isNumber(b) ? (isNumber ? -1 : 1) : a.compareTo(b);
    }

    private static boolean isNumber(String text) {
        return text.matches("\\d{1,9}");
    }

    private static BadInputException bad(AnswerFile file, String message) {
        return new BadInputException(file.file(), message);
    }

    /** How many values each record's answer has. */
    public int columns() {
        return answers.stream().mapToInt(AnswerField::width).sum();
    }

    /** Names of the classes, in the order of their numbers; empty where the files know none. */
    public List<String> classes() {
        return classes;
    }

    /** The column of the class, where there is one. */
    public Optional<String> label() {
        return Optional.ofNullable(label);
    }

    /** Columns that are neither answers nor labels. */
    public List<String> ignored() {
        return ignored;
    }

    /** Whether the answers are the answered classes and nothing else. */
    public boolean isAnsweredClass() {
        return answeredClass;
    }

    /** The columns of the answers, for people. */
    public String describe() {
        String from = quoted(answers.get(0).name());
        return answers.size() > 1
                ? "columns " + from + " to "
                        + quoted(answers.get(answers.size() - 1).name())
                : "column " + from;
    }

    /** Reads records with their labels. */
    public void read(AnswerFile file, long most, Rows rows) throws IOException {
        read(file, label, most, rows);
    }

    /** Reads records of which the labels are known from elsewhere; 0 stands for each. */
    public void readWithoutLabels(AnswerFile file, Rows rows) throws IOException {
        read(file, null, Long.MAX_VALUE, rows);
    }

    private void read(AnswerFile file, @Nullable String labelled, long most, Rows rows) throws IOException {
        List<String> texts = new ArrayList<>();
        if (labelled != null) {
            texts.add(labelled);
        }
        if (answeredClass) {
            texts.add(answers.get(0).name());
        }
        List<String> numbers = answeredClass
                ? List.of()
                : answers.stream().map(AnswerField::name).toList();
        // A class for each code, found when it is first met.
        int[][] known = new int[texts.size()][16];
        for (int[] of : known) {
            Arrays.fill(of, -1);
        }
        float[] answered = new float[1];
        file.readTexts(numbers, texts, most, (place, values, codes, of) -> {
            for (int t = 0; t < codes.length; t++) {
                if (codes[t] >= known[t].length) {
                    int before = known[t].length;
                    known[t] = Arrays.copyOf(known[t], 2 * codes[t]);
                    Arrays.fill(known[t], before, known[t].length, -1);
                }
                if (known[t][codes[t]] < 0) {
                    known[t][codes[t]] = number(file, place, of.get(t).texts().get(codes[t]));
                }
            }
            int own = labelled == null ? 0 : known[0][codes[0]];
            if (answeredClass) {
                answered[0] = known[texts.size() - 1][codes[texts.size() - 1]];
                rows.row(place, answered, own);
            } else {
                rows.row(place, values, own);
            }
        });
    }

    private int number(AnswerFile file, long place, String text) {
        int known = classes.indexOf(text);
        if (known >= 0) {
            return known;
        }
        if (named && isNumber(text) && Integer.parseInt(text) < classes.size()) {
            return Integer.parseInt(text);
        }
        throw file.bad(
                place,
                named
                        ? "a label is none of the classes that columns are named after ("
                                + classes.stream()
                                        .limit(MOST_NAMES)
                                        .map(BadInputException::quoted)
                                        .collect(Collectors.joining(", "))
                                + "), nor the number of one; rename the columns, or leave those that are no answers out with"
                                + " --drop"
                        : "a label is not a class number in " + base + ".." + (base + classes.size() - 1)
                                + ", of which there are answers; check --label, and number classes as the answers are");
    }
}
