package dev.lethe.protect.training;

import dev.lethe.core.data.EncodingJson;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import java.util.Arrays;
import java.util.List;

/**
 * Logistic regression on a private table: how to encode it, found privately, and the model, in one release. Each row is a privacy unit
 * of its own, and the number of rows is public: the guarantee is for a row that is replaced.
 *
 * @param encoding of the table
 * @param how the regression
 * @param records how many rows there are; public
 */
public record PerturbedTableTraining(PrivateEncoding encoding, Perturbation how, int records)
        implements Mechanism<LabelledTable, PrivateTableTraining.Trained> {
    public PerturbedTableTraining {
        how.requireEnough(records, encoding.leastWidth(), encoding.classes().size());
    }

    @Override
    public PrivacyEvent event() {
        return encoding.statistics() == null
                ? how.event()
                : new PrivacyEvent.Composed(List.of(encoding.event(), how.event()));
    }

    @Override
    public PrivateTableTraining.Trained release(LabelledTable table, NoiseSource noise) {
        if (table.size() != records) {
            throw new IllegalArgumentException("there are " + table.size() + " records instead of " + records);
        }
        if (Arrays.stream(table.people()).distinct().count() < records) {
            throw new IllegalArgumentException(
                    "somebody has several rows; a perturbed regression protects single rows");
        }
        EncodingJson.Encoding encoded = encoding.release(table, noise);
        return new PrivateTableTraining.Trained(
                encoded, how.release(encoded.encoder().encode(table), noise));
    }
}
