package dev.lethe.planted.audit;

/** Names that say nothing, and names that only look so. */
public final class Names {
    private Names() {}

    /** Says nothing. */
    public static final class ScoreImpl {}

    /** Says nothing. */
    public static final class ScoreUtil {}

    /** Says nothing. */
    public static final class ScoreUtils {}

    /** Says nothing. */
    public static final class ScoreManager {}

    /** Says nothing. */
    public static final class ScoreHelper {}

    /** Says nothing. */
    public static class AbstractScore {}

    /** Says nothing, in the middle. */
    public static final class ImplOfScore {}

    /** Allowed: a word that begins alike. */
    public static final class ScoreUtility {}

    /** Allowed: a word that ends alike. */
    public static final class AbstractionOfSimpleScores {}
}
