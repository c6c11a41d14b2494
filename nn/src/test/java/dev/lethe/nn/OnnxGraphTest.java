package dev.lethe.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.lethe.core.data.Examples;
import dev.lethe.core.model.Logits;
import dev.lethe.core.model.Predictor;
import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** ONNX Runtime finds in the file what the network says. */
class OnnxGraphTest {
    /**
     * Relative to the largest logit of a row: both sides sum floats, in different orders. Seen were up to 3.2e-7 with parameters
     * that were trained, 2.7e-6 with random ones.
     */
    private static final double TOLERANCE = 1e-5;

    @TempDir
    Path folder;

    @ParameterizedTest
    @MethodSource("dev.lethe.nn.NetworkFilesTest#cases")
    void answersAsTheNetworkDoes(NetworkFilesTest.Case one) throws IOException, OrtException {
        try (Predictor<Examples> model = one.train()) {
            NetworkFiles.write(model, one.data(1).classes(), Map.of(), folder);
            for (int size : new int[] {1, 7}) {
                assertThat(difference(model, one.data(size)))
                        .as("%d rows", size)
                        .isLessThan(TOLERANCE);
            }
        }
    }

    /** Every kind of layer of vectors and images, with parameters that training would not give: no scale is 1, no shift 0. */
    @Test
    void knowsEveryLayer() throws IOException, OrtException {
        List<Layer> layers = List.of(
                new Layer.Conv2d(2, 6, 5, 2),
                new Layer.GroupNorm(6, 3),
                new Layer.Tanh(),
                new Layer.Conv2d(6, 4, 2, 1),
                new Layer.Conv2d(4, 4, 3, 1, 2),
                new Layer.TemperedSigmoid(1.5, 2.5, 0.6),
                new Layer.Residual(List.of(
                        new Layer.GroupNorm(4, 1),
                        new Layer.Residual(List.of(new Layer.Conv2d(4, 4, 1), new Layer.Relu())),
                        new Layer.GroupNorm(4, 4))),
                new Layer.MaxPool2d(3, 2),
                new Layer.Dropout(0.5),
                new Layer.GlobalAveragePool(),
                new Layer.Flatten(),
                new Layer.Linear(4, 3),
                new Layer.Residual(List.of(new Layer.Linear(3, 3))),
                new Layer.Dropout(0.5));
        int[] shape = {2, 11, 14};
        try (Network network = new Network(layers, shape)) {
            float[] parameters = random(network.parameterCount(), Seed.of(3));
            network.load(parameters);
            NetworkPredictor model = new NetworkPredictor(network);
            NetworkFiles.write(model, List.of("a", "b", "c"), Map.of(), folder);
            Examples data = Blobs.examples(7, shape, 3, Seed.of(4));
            assertThat(difference(model, data)).isLessThan(TOLERANCE);

            // The saboteur: a hundredth more of one scale of any normalization is seen (by 4e-5 and more).
            for (Network.Parameters layer : network.parameters()) {
                if (layer.layer() instanceof Layer.GroupNorm) {
                    float[] other = parameters.clone();
                    other[layer.offset()] *= 1.01f;
                    network.load(other);
                    assertThat(difference(model, data)).isGreaterThan(TOLERANCE);
                }
            }
        }
    }

    /**
     * Layers of sequences, with parameters that training would not give. The saboteurs: a gate in another's place is seen, and
     * a hundredth more of the scales of any normalization.
     */
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 7", "6, 1", "6, 7", "25, 1", "25, 7"})
    void knowsEveryLayerOfSequences(int steps, int rows) throws IOException, OrtException {
        List<Layer> layers = new ArrayList<>(NetworkFilesTest.ofTokens());
        layers.add(3, new Layer.Residual(List.of(new Layer.Linear(7, 7), new Layer.Tanh(), new Layer.LayerNorm(7))));
        layers.add(new Layer.LayerNorm(3));
        try (Network network = new Network(layers, new int[] {steps})) {
            float[] parameters = random(network.parameterCount(), Seed.of(8));
            network.load(parameters);
            NetworkPredictor model = new NetworkPredictor(network);
            NetworkFiles.write(model, List.of("a", "b", "c"), Map.of(), folder);
            Examples data = Blobs.tokens(rows, steps, 13, 3, Seed.of(9));
            assertThat(difference(model, data)).isLessThan(TOLERANCE);

            for (Network.Parameters layer : network.parameters()) {
                if (layer.layer() instanceof Layer.LayerNorm) {
                    float[] other = parameters.clone();
                    for (int i = 0; i < layer.weight().numel(); i++) {
                        other[layer.offset() + i] *= 1.01f;
                    }
                    network.load(other);
                    assertThat(difference(model, data)).isGreaterThan(TOLERANCE);
                } else if (layer.layer() instanceof Layer.Lstm) {
                    for (int gate = 0; gate < 4; gate++) {
                        for (int with = gate + 1; with < 4; with++) {
                            network.load(swapped(parameters, layer, gate, with));
                            // At the first step there is no state that the gate 1 could forget.
                            if (steps > 1 || (gate != 1 && with != 1)) {
                                assertThat(difference(model, data)).isGreaterThan(TOLERANCE);
                            }
                        }
                    }
                }
            }
        }
    }

    /** Two gates of an LSTM change places, in its weights and its biases. */
    private static float[] swapped(float[] parameters, Network.Parameters lstm, int gate, int with) {
        float[] other = parameters.clone();
        int offset = lstm.offset();
        for (Tensor tensor : lstm.tensors()) {
            int size = Math.toIntExact(tensor.numel());
            int quarter = size / 4;
            System.arraycopy(parameters, offset + gate * quarter, other, offset + with * quarter, quarter);
            System.arraycopy(parameters, offset + with * quarter, other, offset + gate * quarter, quarter);
            offset += size;
        }
        return other;
    }

    /** The number of tokens is the one that the network was trained on, and the file says so. */
    @Test
    void takesSequencesOfOneLength() throws IOException, OrtException {
        try (Network network = new Network(NetworkFilesTest.ofTokens(), new int[] {6})) {
            NetworkFiles.write(new NetworkPredictor(network), List.of("a", "b", "c"), Map.of(), folder);
        }
        try (OrtSession session = session();
                OnnxTensor shorter = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), FloatBuffer.wrap(new float[5]), new long[] {1, 5})) {
            TensorInfo input =
                    (TensorInfo) session.getInputInfo().get("features").getInfo();
            assertThat(input.getShape()).containsExactly(-1, 6);
            assertThatThrownBy(() -> session.run(Map.of("features", shorter)))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("Expected: 6");
        }
    }

    private static float[] random(int count, Seed seed) {
        UniformRandomProvider random = seed.stream();
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 2 * random.nextFloat() - 1;
        }
        return values;
    }

    /** Largest difference of a logit between the file and the model, relative to the row's largest; probabilities alike. */
    private double difference(Predictor<Examples> model, Examples data) throws OrtException {
        Logits ours = model.logits(data);
        long[] shape = Tensors.batchShape(data, data.size());
        double worst = 0;
        try (OrtSession session = session();
                OnnxTensor input = OnnxTensor.createTensor(
                        OrtEnvironment.getEnvironment(), FloatBuffer.wrap(data.features()), shape);
                OrtSession.Result result = session.run(Map.of("features", input))) {
            float[][] logits = (float[][]) result.get("logits").orElseThrow().getValue();
            float[][] probabilities =
                    (float[][]) result.get("probabilities").orElseThrow().getValue();
            assertThat(logits).hasDimensions(data.size(), ours.classes());
            double[] expected = new double[ours.classes()];
            for (int row = 0; row < data.size(); row++) {
                ours.probabilities(row, expected);
                double scale = 0;
                for (int k = 0; k < ours.classes(); k++) {
                    scale = Math.max(scale, Math.abs(ours.at(row, k)));
                }
                for (int k = 0; k < ours.classes(); k++) {
                    worst = Math.max(worst, Math.abs(logits[row][k] - ours.at(row, k)) / scale);
                    worst = Math.max(worst, Math.abs(probabilities[row][k] - expected[k]));
                }
            }
        }
        return worst;
    }

    private OrtSession session() throws OrtException {
        try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            return OrtEnvironment.getEnvironment()
                    .createSession(folder.resolve(NetworkFiles.ONNX).toString(), options);
        }
    }

    @Test
    void saysWhatItIs() throws IOException, OrtException {
        try (Network network = new Network(List.of(new Layer.Flatten(), new Layer.Linear(6, 2)), new int[] {1, 2, 3})) {
            NetworkFiles.write(
                    new NetworkPredictor(network), List.of("nö", "\"yes\""), Map.of("purpose", "a test"), folder);
        }
        try (OrtSession session = session()) {
            assertThat(session.getMetadata().getProducerName()).isEqualTo("lethe");
            assertThat(session.getMetadata().getCustomMetadata())
                    .isEqualTo(Map.of("purpose", "a test", "lethe.classes", "[\"nö\",\"\\\"yes\\\"\"]"));
            TensorInfo input =
                    (TensorInfo) session.getInputInfo().get("features").getInfo();
            assertThat(input.getShape()).containsExactly(-1, 1, 2, 3);
            assertThat(input.getDimensionNames()).startsWith("N");
            assertThat(session.getOutputInfo().keySet()).containsExactly("logits", "probabilities");
            for (String output : session.getOutputInfo().keySet()) {
                TensorInfo info =
                        (TensorInfo) session.getOutputInfo().get(output).getInfo();
                assertThat(info.getShape()).containsExactly(-1, 2);
            }
        }
    }
}
