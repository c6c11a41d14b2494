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
 * One training on a private table: how to encode it, found privately, and the model. The person is the privacy unit, who may
 * have several rows.
 *
 * @param encoding of the table
 * @param how the recipe
 * @param people how many there are; public
 * @param mostRows of a person take part, in finding the encoding and in training; which ones is decided by lot. At least 1, and no more
 *     than the encoding was priced for
 * @param seed of first weights, dropout and augmentation, which protect nobody
 * @param progress told how far it has come
 * @param checkpoints where to put down what has been reached, and to go on from; null for nowhere
 * @param earlier the encoding that this training found before it was interrupted; null if it begins
 * @param found told of the encoding, before training begins
 */
public record PrivateTableTraining(
        PrivateEncoding encoding,
        PrivateRecipe how,
        int people,
        int mostRows,
        Seed seed,
        Progress progress,
        @Nullable CheckpointFile checkpoints,
        EncodingJson.@Nullable Encoding earlier,
        Consumer<EncodingJson.Encoding> found)
        implements Mechanism<LabelledTable, PrivateTableTraining.Trained> {

    public PrivateTableTraining {
        encoding.requireRows(mostRows);
    }

    /** What may be released. The model is the caller's to close. */
    public record Trained(EncodingJson.Encoding encoding, Predictor<Examples> model) {}

    /** What both cost together, with this recipe on so many people. */
    public static PrivacyEvent event(PrivateEncoding encoding, PrivateRecipe how, int people) {
        return encoding.statistics() == null
                ? how.event(people)
                : new PrivacyEvent.Composed(List.of(encoding.event(), how.event(people)));
    }

    @Override
    public PrivacyEvent event() {
        return event(encoding, how, people);
    }

    @Override
    public Trained release(LabelledTable table, NoiseSource noise) {
        int there = Units.count(table.people());
        if (there != people) {
            throw new IllegalArgumentException("there are " + there + " people instead of " + people);
        }
        // A training that goes on draws anew: before as after, each person's choice owes nothing to others.
        LabelledTable bounded =
                there == table.size() ? table : table.select(Units.bounded(table.people(), mostRows, noise));
        EncodingJson.Encoding encoded = earlier;
        if (encoded == null) {
            encoded = encoding.release(bounded, noise);
            found.accept(encoded);
        }
        Predictor<Examples> model = new PrivateTraining(how, people, seed, progress, checkpoints)
                .release(encoded.encoder().encode(bounded), noise);
        return new Trained(encoded, model);
    }
}
