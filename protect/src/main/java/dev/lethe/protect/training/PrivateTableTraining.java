package dev.lethe.protect.training;

import dev.lethe.core.data.EncodingJson;
import dev.lethe.core.data.Examples;
import dev.lethe.core.data.LabelledTable;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.model.Progress;
import dev.lethe.core.privacy.Mechanism;
import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.random.NoiseSource;
import dev.lethe.core.random.Seed;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One training on a private table: how to encode it, found privately, and the model. Each row is a privacy unit of its own.
 *
 * @param encoding of the table
 * @param how the recipe
 * @param records how many rows there are; public
 * @param seed of first weights, dropout and augmentation, which protect nobody
 * @param progress told how far it has come
 * @param checkpoints where to put down what has been reached, and to go on from; null for nowhere
 * @param earlier the encoding that this training found before it was interrupted; null if it begins
 * @param found told of the encoding, before training begins
 */
public record PrivateTableTraining(
        PrivateEncoding encoding,
        PrivateRecipe how,
        int records,
        Seed seed,
        Progress progress,
        @Nullable CheckpointFile checkpoints,
        EncodingJson.@Nullable Encoding earlier,
        Consumer<EncodingJson.Encoding> found)
        implements Mechanism<LabelledTable, PrivateTableTraining.Trained> {

    /** What may be released. The model is the caller's to close. */
    public record Trained(EncodingJson.Encoding encoding, Predictor<Examples> model) {}

    /** What both cost together, with this recipe on so many records. */
    public static PrivacyEvent event(PrivateEncoding encoding, PrivateRecipe how, int records) {
        return encoding.statistics() == null
                ? how.event(records)
                : new PrivacyEvent.Composed(List.of(encoding.event(), how.event(records)));
    }

    @Override
    public PrivacyEvent event() {
        return event(encoding, how, records);
    }

    @Override
    public Trained release(LabelledTable table, NoiseSource noise) {
        if (table.size() != records) {
            throw new IllegalArgumentException("there are " + table.size() + " records instead of " + records);
        }
        EncodingJson.Encoding encoded = earlier;
        if (encoded == null) {
            encoded = encoding.release(table, noise);
            found.accept(encoded);
        }
        Predictor<Examples> model = new PrivateTraining(how, records, seed, progress, checkpoints)
                .release(encoded.encoder().encode(table), noise);
        return new Trained(encoded, model);
    }
}
