package dev.lethe.audit.report;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NumbersTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0            | 0        | 0        | 0
                    1            | 1.00     | 1.00     | 1.00
                    0.58         | 0.580    | 0.580    | 0.580
                    0.7316       | 0.731    | 0.732    | 0.732
                    0.99999      | 0.999    | 1.00     | 1.00
                    0.033149     | 0.0331   | 0.0331   | 0.0332
                    0.00012345   | 0.000123 | 0.000123 | 0.000124
                    0.0000484    | 4.84e-5  | 4.84e-5  | 4.84e-5
                    0.0000099999 | 9.99e-6  | 1.00e-5  | 1.00e-5
                    12.345       | 12.3     | 12.3     | 12.4
                    -0.62724     | −0.628   | −0.627   | −0.627
                    1234.5       | 1,230    | 1,230    | 1,240
                    1e300        | 1.00e300 | 1.00e300 | 1.00e300
                    """)
    void threeDigits(double value, String down, String nearest, String up) {
        assertThat(Numbers.down(value)).isEqualTo(down);
        assertThat(Numbers.nearest(value)).isEqualTo(nearest);
        assertThat(Numbers.up(value)).isEqualTo(up);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    0       | none
                    1       | all
                    0.97    | nearly all
                    0.9     | 9 in 10
                    0.731   | about 7 in 10
                    0.5     | 1 in 2
                    0.2     | 1 in 5
                    0.41    | about 2 in 5
                    0.1052  | about 1 in 10
                    0.1     | 1 in 10
                    0.15    | about 1 in 7
                    0.033   | about 1 in 30
                    0.01    | 1 in 100
                    0.0043  | about 1 in 230
                    0.001   | 1 in 1,000
                    0.00001 | 1 in 100,000
                    """)
    void ratesInWords(double rate, String words) {
        assertThat(Numbers.oneIn(rate)).isEqualTo(words);
    }

    @ParameterizedTest
    @CsvSource({"0.95, 95 %", "0.999, 99.9 %", "0.9, 90 %", "0.5, 50 %"})
    void confidenceAsPeopleSayIt(double confidence, String words) {
        assertThat(Numbers.percent(confidence)).isEqualTo(words);
    }
}
