package dev.lethe.core.privacy;

/** Which two data sets a guarantee calls neighbours. Every claim states it: the same noise means twice as much in one. */
public enum Neighbours {
    /** One has a record, or a privacy unit's records, more than the other. */
    ADD_OR_REMOVE_ONE("add-remove"),
    /** Both are equally large and differ in one record, or in one privacy unit's records. */
    REPLACE_ONE("replace");

    private final String label;

    Neighbours(String label) {
        this.label = label;
    }

    /** The relation's name in files and on the command line. */
    public String label() {
        return label;
    }
}
