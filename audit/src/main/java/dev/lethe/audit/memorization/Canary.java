package dev.lethe.audit.memorization;

/**
 * A secret that was made up and put into a text a known number of times.
 *
 * @param id short and distinct, for tables; says nothing of the secret
 * @param format of the canary
 * @param filling which of the format's fillings it is, see {@link CanaryFormat#text}
 * @param copies how often it is in the text; 0 for a control, which is in none
 */
public record Canary(String id, CanaryFormat format, int[] filling, int copies) {
    public Canary {
        filling = filling.clone();
        if (copies < 0 || copies > 1_000_000) {
            throw new IllegalArgumentException("copies " + copies + " must lie in 0..1000000");
        }
        format.text(filling);
    }

    /** As it stands in the text. */
    public String text() {
        return format.text(filling);
    }

    /** Whether it is in no text. */
    public boolean isControl() {
        return copies == 0;
    }
}
