package dev.lethe.audit.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetricTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    tpr@fpr=0.1    | 0.1   | Found at 1 false alarm in 10
                    tpr@fpr=0.001  | 0.001 | Found at 1 false alarm in 1,000
                    tpr@fpr=1e-5   | 1e-5  | Found at 1 false alarm in 100,000
                    tpr@fpr=0.03   | 0.03  | Found at false-alarm rate 0.03
                    tpr@fpr=0      | 0     | Found at no false alarm
                    auc            | 0.5   | AUC
                    advantage      | 0     | Advantage
                    """)
    void knowsTheNameAndWhatGuessingReaches(String id, double guessing, String name) {
        assertThat(Metric.of(id).name()).isEqualTo(name);
        assertThat(Metric.of(id).guessing()).isEqualTo(OptionalDouble.of(guessing));
    }

    @ParameterizedTest
    @ValueSource(strings = {"tpr@fpr=", "tpr@fpr=NaN", "tpr@fpr=2", "tpr@fpr=0.1x", "mood", ""})
    void keepsTheIdentifierOfWhatItDoesNotKnow(String id) {
        assertThat(Metric.of(id).name()).isEqualTo(id);
        assertThat(Metric.of(id).guessing()).isEmpty();
    }

    @Test
    void ratesReadBack() {
        assertThat(Metric.foundAtId(0.0001)).isEqualTo("tpr@fpr=0.0001");
        assertThat(Metric.of(Metric.foundAtId(0.0001)).guessing()).isEqualTo(OptionalDouble.of(0.0001));
    }
}
