package dev.lethe.intake;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Finds out which character stands between the cells. */
final class Delimiter {
    /**
     * Rarest in ordinary text first: a mark that splits every line into as many cells as the first is hardly there by
     * chance, and the comma is the one that also appears within cells. Space comes last, for files that have no other.
     */
    private static final char[] CANDIDATES = {'\t', ';', '|', ',', ' '};

    private static final int LINES = 100;

    private Delimiter() {}

    /**
     * @param start of the text
     * @param whole whether that is all the text; if not, the last record is incomplete
     */
    static char detect(Path file, String start, boolean whole) {
        char best = ',';
        double bestShare = 0;
        for (char candidate : CANDIDATES) {
            if (candidate == ' ' && bestShare > 0) {
                break;
            }
            List<Integer> widths = widths(file, start, whole, candidate);
            if (widths.isEmpty() || widths.get(0) < 2) {
                continue;
            }
            double share = widths.stream().filter(widths.get(0)::equals).count() / (double) widths.size();
            if (share > bestShare) {
                best = candidate;
                bestShare = share;
            }
        }
        return best;
    }

    private static List<Integer> widths(Path file, String start, boolean whole, char delimiter) {
        List<Integer> widths = new ArrayList<>();
        boolean cut = !whole;
        try {
            for (RecordCollector.Line line : CsvReader.builder()
                    .fieldSeparator(delimiter)
                    .trimWhitespacesAroundQuotes(true)
                    .build(new RecordCollector(file, Limits.DEFAULT), start)) {
                if (!line.isBlank()) {
                    widths.add(line.cells().size());
                }
                if (widths.size() == LINES) {
                    cut = false;
                    break;
                }
            }
        } catch (CsvParseException e) {
            // Quotes that do not match under this delimiter, or were cut off: the records before them still count.
            return widths;
        }
        return cut && widths.size() > 1 ? widths.subList(0, widths.size() - 1) : widths;
    }
}
