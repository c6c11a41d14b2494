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

                          Likelihood-ratio attack (LiRA), online, intervals at 95 %:
                            Found at 1 false alarm in 100                 0.105  [0.102, 0.109]
                            AUC                                           0.731  [0.727, 0.736]
                            Found at 1 false alarm in 1,000               0.0329  [0.0311, 0.0347]
                            Found at 1 false alarm in 10                  0.331  [0.326, 0.337]
                            Accuracy                                      0.553 on members, 0.412 on non-members

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

    @ParameterizedTest
    @ValueSource(strings = {"\u001b[2J\u001b]0;title\u0007", "\r\nline", "word ", "\uD83D\uDE00", "x"})
    void longOrHostileTextStaysInItsLines(String text) {
        String summary = ReportText.summary(SampleReport.hostile(text.repeat(300)));

        assertThat(summary.lines()).allMatch(line -> line.length() <= 100).hasSizeLessThan(16);
        assertThat(summary.chars()).noneMatch(c -> c != '\n' && Character.isISOControl(c));
    }
}
