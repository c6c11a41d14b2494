package dev.lethe.planted.audit;

import java.beans.XMLDecoder;
import java.io.ByteArrayInputStream;
import java.io.Externalizable;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInput;
import java.io.ObjectInputStream;
import java.io.ObjectOutput;
import java.io.Serializable;

/** Every way to let a file say what is to run. */
public final class Deserializes {
    private Deserializes() {}

    /** {@link ObjectInputStream}. */
    public static final class FromAStream {
        private FromAStream() {}

        public static Object read(byte[] bytes) throws IOException, ClassNotFoundException {
            try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
                return in.readObject();
            }
        }
    }

    /** {@link XMLDecoder}. */
    public static final class FromXml {
        private FromXml() {}

        public static Object read(InputStream xml) {
            try (XMLDecoder in = new XMLDecoder(xml)) {
                return in.readObject();
            }
        }
    }

    /** {@link Externalizable}. */
    public static final class Itself implements Externalizable {
        public Itself() {}

        @Override
        public void writeExternal(ObjectOutput out) throws IOException {
            out.writeInt(1);
        }

        @Override
        public void readExternal(ObjectInput in) throws IOException {
            in.readInt();
        }
    }

    /** A hook that {@link ObjectInputStream} calls. */
    public static final class ByAHook implements Serializable {
        private static final long serialVersionUID = 1;

        Object readResolve() {
            return this;
        }
    }
}
