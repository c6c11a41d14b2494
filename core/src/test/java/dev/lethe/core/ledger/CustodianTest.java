package dev.lethe.core.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.Neighbours;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.RandomizedResponse;
import dev.lethe.core.random.NoiseSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CustodianTest {
    @TempDir
    private Path folder;

    /** Randomized response: true three times in four. Looks at the ledger while it draws. */
    private record Answer(double epsilon, Ledger ledger, AtomicLong chargesSeen)
            implements Mechanism<Boolean, Boolean> {
        @Override
        public PrivacyEvent event() {
            return new RandomizedResponse(epsilon, 2);
        }

        @Override
        public Boolean release(Boolean input, NoiseSource noise) {
            chargesSeen.set(ledger.account("votes").charges());
            assertThat(noise.isSecure()).isTrue();
            return noise.nextBits(2) == 0 ? !input : input;
        }
    }

    @Test
    void chargesBeforeTheMechanismRunsAndNeverRunsOneThatIsRefused() {
        try (Ledger ledger = Ledger.create(folder.resolve("l").toString(), new Properties())) {
            ledger.open("votes", Budget.of("3", "0.001"), Neighbours.REPLACE_ONE, "vote", "ana");
            Custodian<Boolean> custodian = new Custodian<>(true, ledger, "votes", "ana");
            AtomicLong seen = new AtomicLong(-1);
            var released = custodian.release(new Answer(Math.log(3), ledger, seen), "first");
            assertThat(seen.get())
                    .as("charges on the disk when the noise was drawn")
                    .isEqualTo(1);
            assertThat(released.value()).isNotNull();
            assertThat(released.charge().content()).contains("randomizedResponse");
            assertThat(released.charge().purpose()).isEqualTo("first");

            seen.set(-1);
            assertThatThrownBy(() -> custodian.release(new Answer(50, ledger, seen), "too dear"))
                    .isInstanceOf(BudgetExceededException.class);
            assertThat(seen.get()).as("not run").isEqualTo(-1);
            assertThat(custodian.account().charges()).isEqualTo(1);
        }
    }

    @Test
    void aMechanismThatFailsHasBeenPaidFor() {
        try (Ledger ledger = Ledger.create(folder.resolve("l").toString(), new Properties())) {
            ledger.open("votes", Budget.of("3", "0.001"), Neighbours.REPLACE_ONE, "vote", "ana");
            Custodian<List<String>> custodian = new Custodian<>(List.of(), ledger, "votes", "ana");
            Mechanism<List<String>, String> failing = new Mechanism<>() {
                @Override
                public PrivacyEvent event() {
                    return new RandomizedResponse(0.5, 2);
                }

                @Override
                public String release(List<String> input, NoiseSource noise) {
                    return input.get(0);
                }
            };
            assertThatThrownBy(() -> custodian.release(failing, "x")).isInstanceOf(IndexOutOfBoundsException.class);
            assertThat(custodian.account().charges()).isEqualTo(1);
        }
    }
}
