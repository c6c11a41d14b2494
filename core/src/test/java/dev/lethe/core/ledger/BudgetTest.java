package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BudgetTest {
    @Test
    void isExact() {
        assertThat(Budget.of("0.1", "1e-5").epsilon()).isEqualTo(new BigDecimal("0.1"));
        assertThat(Budget.of("4.00", "1E-5")).isEqualTo(Budget.of("4", "0.00001"));
        assertThat(Budget.of("10", "1e-5").toString()).isEqualTo("epsilon 10 at delta 0.00001");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-1",
                "-0",
                "+1",
                "0",
                "0.000",
                "NaN",
                "Infinity",
                "-Infinity",
                "1e9",
                "1e999999999",
                "1e-999999999",
                "0x10",
                "1f",
                "1,5",
                "",
                " 1",
                "1 ",
                "1e",
                "1e+5",
                "٣",
                "1000000.1",
                "--1"
            })
    void refusesWhatIsNoEpsilon(String text) {
        assertThatThrownBy(() -> Budget.of(text, "1e-5"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("epsilon");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1e-5", "0", "1", "1.5", "NaN", "Infinity", "1e-9999", "1e9"})
    void refusesWhatIsNoDelta(String text) {
        assertThatThrownBy(() -> Budget.of("1", text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("delta");
    }

    /** These would take gigabytes, or hours, if they were ever written out. */
    @Test
    void refusesNumbersThatExplode() {
        for (String bomb : new String[] {"1e999999999", "1e-999999999"}) {
            assertThatThrownBy(() -> new Budget(new BigDecimal(bomb), BigDecimal.valueOf(0.5)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Budget(BigDecimal.ONE, new BigDecimal(bomb)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
