package dev.lethe.intake;

import java.io.IOException;
import java.util.List;

/** One format of files of answers, opened: what it holds is known, its records are read from the start at each call. */
interface AnswerReader {
    List<AnswerField> fields();

    /** What a record is called in messages: a line of text, or a row. */
    boolean hasLines();

    /**
     * Reads records front to back.
     *
     * @param numbers fields whose numbers are wanted, side by side in this order
     * @param texts fields that are read as texts, each of width 1
     * @param codes one for each of {@code texts}
     * @param most stop after so many records
     */
    void read(int[] numbers, int[] texts, List<TextCodes> codes, long most, AnswerFile.Rows rows) throws IOException;

    /** The sum of the widths of some fields. */
    static int width(List<AnswerField> fields, int[] some) {
        int width = 0;
        for (int field : some) {
            width += fields.get(field).width();
        }
        return width;
    }
}
