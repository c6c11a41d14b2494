package dev.lethe.app;

import dev.lethe.core.data.EncodingJson;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Predictor;
import dev.lethe.nn.NetworkFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** A model that may be released, how to encode what it is asked, and its card. */
final class ModelFolder {
    static final String ENCODER = "encoder.json";
    private static final String CARD = "model-card.json";
    private static final String CARD_TEXT = "model-card.md";
    private static final String CHECKPOINT = "training.checkpoint";

    private final Path place;
    private final OutputFolder folder;

    private ModelFolder(Path place, OutputFolder folder) {
        this.place = place;
        this.folder = folder;
    }

    /** Makes the folder if need be; what cannot be written is found out now. */
    static ModelFolder open(Path place) throws IOException {
        return new ModelFolder(
                place,
                OutputFolder.open(
                        place, ENCODER, CARD, CARD_TEXT, NetworkFiles.PARAMETERS, NetworkFiles.ONNX, CHECKPOINT));
    }

    /** Where a training puts down what it has reached; as private as its records. */
    Path checkpoint() {
        return place.resolve(CHECKPOINT);
    }

    Path encoder() {
        return place.resolve(ENCODER);
    }

    /** The entry that paid for the model that is here; nothing if there is none, or no ledger paid. */
    Optional<String> charge() throws IOException {
        Path card = place.resolve(CARD);
        return Files.exists(card) ? ModelCard.charge(Files.readString(card)) : Optional.empty();
    }

    void write(EncodingJson.Encoding encoding) throws IOException {
        folder.write(ENCODER, EncodingJson.write(encoding));
    }

    void write(Predictor<Examples> model, EncodingJson.Encoding encoding, ModelCard card) throws IOException {
        NetworkFiles.write(
                model, encoding.classes(), Map.of("claim", card.claim().sentence(), "recipe", card.recipe()), place);
        write(encoding);
        folder.write(CARD, card.json());
        folder.write(CARD_TEXT, card.text());
    }
}
