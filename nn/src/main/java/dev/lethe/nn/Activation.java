package dev.lethe.nn;

/** The nonlinearity of hidden layers. */
public enum Activation {
    /** max(0, x). */
    RELU {
        @Override
        Layer layer() {
            return new Layer.Relu();
        }
    },
    /** Hyperbolic tangent. */
    TANH {
        @Override
        Layer layer() {
            return new Layer.Tanh();
        }
    };

    abstract Layer layer();
}
