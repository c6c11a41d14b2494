package dev.lethe.intake;

/**
 * One thing that a file of answers holds of every record.
 *
 * @param name as the file has it
 * @param kind what its values are, by the type in the file or by the first records
 * @param width how many numbers of each record: more than 1 where a field is a list, such as one probability a class
 */
public record AnswerField(String name, Kind kind, int width) {
    /** What the values of a field are. */
    public enum Kind {
        /** Numbers, not all of them whole. */
        NUMBERS,
        /** Whole numbers, so that they may number classes. */
        WHOLE,
        TEXT,
        /** Dates, structures and the like, which are neither answers nor labels. */
        OTHER
    }

    /** Whether it can be read as numbers. */
    public boolean isNumeric() {
        return kind == Kind.NUMBERS || kind == Kind.WHOLE;
    }
}
