package dev.lethe.intake;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Collects the trimmed cells of one record at a time, within the limits. */
final class RecordCollector extends AbstractBaseCsvCallbackHandler<RecordCollector.Line> {
    private final Path file;
    private final Limits limits;
    private List<String> cells = List.of();

    RecordCollector(Path file, Limits limits) {
        this.file = file;
        this.limits = limits;
    }

    /**
     * One record.
     *
     * @param number line on which it starts, from 1
     */
    record Line(long number, List<String> cells) {
        /** Whether the line holds nothing but white space, so is no record. */
        boolean isBlank() {
            return cells.isEmpty() || (cells.size() == 1 && cells.get(0).isEmpty());
        }
    }

    /** Line on which the record at hand starts. */
    long line() {
        return getStartingLineNumber();
    }

    @Override
    protected void handleBegin(long startingLineNumber) {
        cells = new ArrayList<>(cells.size());
    }

    @Override
    protected void handleField(int index, char[] buffer, int offset, int length, boolean quoted) {
        if (index == limits.columns()) {
            throw new BadInputException(
                    file,
                    getStartingLineNumber(),
                    "more than " + limits.columns() + " cells, the limit set; check the delimiter");
        }
        cells.add(new String(buffer, offset, length).strip());
    }

    @Override
    protected Line buildRecord() {
        return new Line(getStartingLineNumber(), cells);
    }
}
