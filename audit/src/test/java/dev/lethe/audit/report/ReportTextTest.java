package dev.lethe.audit.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportTextTest {
    @Test
    void saysTheHeadlineTheNumbersTheFitAndWhatWasNotTested() {
        assertThat(ReportText.summary(SampleReport.realistic())).isEqualTo("""
                        LEAKS: 10 % of the people in the training data are found with 1 false alarm in 100.
                        Note: The answers are rounded to 3 decimals, which hides the surest members; audit the model without
                        rounding.

                          Likelihood-ratio attack (LiRA), online, intervals at 95 %:
                            Found at 1 false alarm in 100                 0.105  [0.102, 0.109]
                            AUC                                           0.731  [0.727, 0.736]
                            Found at 1 false alarm in 1,000               0.0329  [0.0311, 0.0347]
                            Found at 1 false alarm in 10                  0.331  [0.326, 0.337]
                            Accuracy                                      0.553 on members, 0.412 on non-members

                        Tested: 5,000 records of the training data and 5,000 others; 6 attacks; 8 models attacked
                        Not tested: Attribute inference; Reconstruction; and 2 more
                        """);
    }

    @Test
    void nothingFoundProvesNothing() {
        assertThat(ReportText.summary(SampleReport.nothingFound()))
                .startsWith("NOTHING FOUND: The loss-threshold attack")
                .contains("An attack that finds nothing proves nothing; a stronger one may succeed.\n");
    }

    @Test
    void saysSoWhereNothingWasMeasured() {
        assertThat(ReportText.summary(SampleReport.nothingMeasured()))
                .startsWith("NOTHING MEASURED")
                .contains("Accuracy");
    }

    @Test
    void anAuditThatCouldNotSeeGivesNoVerdict() {
        assertThat(ReportText.summary(SampleReport.blind()))
                .startsWith("NO VERDICT: On networks that learned these very records by heart, loss-threshold found")
                .contains("This audit could not see.", "AUC")
                .doesNotContain("NOTHING FOUND");
        assertThat(ReportText.summary(SampleReport.voided()))
                .startsWith("NO VERDICT: The model gives the same answer to every record;")
                .doesNotContain("NOTHING FOUND");
    }

    @Test
    void aLeakSeenByAnAuditThatWasBlindInPartSaysBoth() {
        assertThat(ReportText.summary(SampleReport.battery()))
                .startsWith("LEAKS: ")
                .contains("Note: This audit was blind in part: 1 of 16 attacks missed a leak that was planted.")
                .contains(
                        "Tested: 5,000 people of the training data, each with all their rows (told apart by customer)")
                .contains("18 versions of each record");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u001b[2J\u001b]0;title\u0007", "\r\nline", "word ", "\uD83D\uDE00", "x"})
    void longOrHostileTextStaysInItsLines(String text) {
        String summary = ReportText.summary(SampleReport.hostile(text.repeat(300)));

        assertThat(summary.lines()).allMatch(line -> line.length() <= 100).hasSizeLessThan(24);
        assertThat(summary.chars()).noneMatch(c -> c != '\n' && Character.isISOControl(c));
    }
}
