using Sparseland.Errors;
using Sparseland.Kernels;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Layouts;

/// <summary>
/// The up and down projections of a feed-forward layer stored neuron by neuron, so that a product with some of the neurons reads only theirs, in long runs:
/// <code>
/// neuron 0: up row [width] | down column [width]
/// neuron 1: up row [width] | down column [width]
/// </code>
/// A layer without a gate has only the down columns. Immutable; may be used from several threads.
/// </summary>
public sealed unsafe class NeuronMatrix
{
    // What one part reads, at least: its sum of outputs is written and added up once per part.
    private const long BytesPerPart = 512 << 10;
    private const int MostParts = 64;

    private readonly TensorStorage<byte> _storage;
    private readonly long _neuronBytes;
    private readonly float[]? _upBias;

    private NeuronMatrix(int neurons, int width, bool hasUp, float[]? upBias, ElementType element)
    {
        (Neurons, Width, HasUp, _upBias, Element) = (neurons, width, hasUp, upBias, element);
        _neuronBytes = (long)width * (hasUp ? 2 : 1) * ElementBytes(element);
        _storage = new TensorStorage<byte>(checked(neurons * _neuronBytes), zeroed: false);
    }

    /// <summary>Neurons of the layer.</summary>
    public int Neurons { get; }

    /// <summary>Width of the model: values of an up row and of a down column.</summary>
    public int Width { get; }

    /// <summary>Whether the layer is gated, so that up rows are stored.</summary>
    public bool HasUp { get; }

    /// <summary>How values are stored: Float32 or BFloat16.</summary>
    public ElementType Element { get; }

    /// <summary>Bytes of all neurons.</summary>
    public long ByteCount => _storage.Length;

    /// <summary>Bytes that a product reads for each selected neuron.</summary>
    public long BytesPerNeuron => _neuronBytes;

    /// <summary>Stores a layer neuron by neuron: as BFloat16 where its matrices are that, as Float32 otherwise.</summary>
    /// <param name="up">[neurons, width], or null for a layer without a gate.</param>
    /// <param name="upBias">[neurons], or null.</param>
    /// <param name="down">[width, neurons].</param>
    /// <exception cref="MismatchException">The matrices are not of one layer.</exception>
    public static NeuronMatrix Create(MatrixLayout? up, ReadOnlySpan<float> upBias, MatrixLayout down)
    {
        ArgumentNullException.ThrowIfNull(down);
        if (up is not null && (up.Rows != down.Columns || up.Columns != down.Rows))
            throw new MismatchException($"an up projection of {up.Rows} x {up.Columns} beside a down projection of {down.Rows} x {down.Columns}");
        if (!upBias.IsEmpty && upBias.Length != down.Columns)
            throw new MismatchException($"a bias of {upBias.Length} values for {down.Columns} neurons");
        var element = down.Element == ElementType.BFloat16 && (up is null || up.Element == ElementType.BFloat16) ? ElementType.BFloat16 : ElementType.Float32;
        var result = new NeuronMatrix(down.Columns, down.Rows, up is not null, upBias.IsEmpty ? null : upBias.ToArray(), element);
        var values = Tensor<float>.Uninitialized(new Shape(down.Rows, down.Columns));
        down.ToDense(values.Matrix);
        WorkerPool.Run((result.Neurons + FillWork.NeuronsPerPart - 1) / FillWork.NeuronsPerPart, new FillWork(result, up, values));
        return result;
    }

    /// <summary>output = Σ over the selected neurons of gate · (up x + bias) · down, for every row; without a gate, of gate · down.</summary>
    /// <param name="selected">Neuron numbers, ascending, each once.</param>
    /// <param name="gates">[rows, neurons]: activations by neuron number; only those of selected neurons are read.</param>
    /// <param name="input">[rows, width]; not read without up rows.</param>
    /// <param name="output">[rows, width], overwritten; may be the input.</param>
    /// <exception cref="ArgumentException">A number is out of range or order, or extents do not fit.</exception>
    public void Multiply(ReadOnlySpan<int> selected, MatrixView<float> gates, MatrixView<float> input, MatrixView<float> output)
    {
        if (gates.Columns != Neurons || output.Columns != Width || gates.Rows != output.Rows || (HasUp && (input.Columns != Width || input.Rows != output.Rows)))
            throw new ArgumentException($"{gates.Rows} x {gates.Columns} gates and {input.Rows} x {input.Columns} inputs for {Neurons} neurons of width {Width} into {output.Rows} x {output.Columns}");
        for (var i = 0; i < selected.Length; i++)
            if ((uint)selected[i] >= (uint)Neurons || (i > 0 && selected[i] <= selected[i - 1]))
                throw new ArgumentException($"neuron {selected[i]} at place {i}: numbers must ascend and be below {Neurons}", nameof(selected));
        var perPart = (int)Math.Max(Math.Max(4, BytesPerPart / Math.Max(1, _neuronBytes)), (selected.Length + MostParts - 1) / MostParts);
        perPart = (perPart + 3) & ~3;
        var parts = (selected.Length + perPart - 1) / perPart;
        var outputs = (long)output.Rows * Width;
        var sums = Scratch.Get<float>(Scratch.BetweenFactors, Math.Max(1, parts) * outputs);
        fixed (int* numbers = selected)
        fixed (float* bias = _upBias)
        {
            WorkerPool.Run(parts, new Work(this, (nint)bias, numbers, selected.Length, perPart, gates, input, output.Rows, sums));
        }
        for (var row = 0; row < output.Rows; row++)
        {
            var target = output.Row(row);
            target.Clear();
            for (var part = 0; part < parts; part++)
                TensorPrimitives.Add(target, new ReadOnlySpan<float>(sums + part * outputs + (long)row * Width, Width), target);
        }
        gates.KeepAlive();
        input.KeepAlive();
        output.KeepAlive();
        GC.KeepAlive(_storage);
    }

    private static int ElementBytes(ElementType element) => element == ElementType.BFloat16 ? sizeof(ushort) : sizeof(float);

    private readonly struct Work(
        NeuronMatrix matrix, nint bias, int* selected, int count, int perPart, MatrixView<float> gates, MatrixView<float> input, int rows, float* sums) : IParallelWork
    {
        private readonly MatrixView<float> _gates = gates;
        private readonly MatrixView<float> _input = input;

        public void Run(int part)
        {
            var first = part * perPart;
            var mine = Math.Min(perPart, count - first);
            var target = sums + (long)part * rows * matrix.Width;
            new Span<float>(target, rows * matrix.Width).Clear();
            for (var row = 0; row < rows; row++, target += matrix.Width)
            {
                var gate = _gates.Pointer + row * _gates.RowStride;
                var x = matrix.HasUp ? _input.Pointer + row * _input.RowStride : null;
                if (matrix.Element == ElementType.BFloat16)
                    NeuronProducts<BFloat16Value>.Add(new((nint)matrix._storage.Pointer, matrix._neuronBytes, matrix.Width, matrix.HasUp, bias), selected + first, mine, gate, x, target);
                else
                    NeuronProducts<Float32Value>.Add(new((nint)matrix._storage.Pointer, matrix._neuronBytes, matrix.Width, matrix.HasUp, bias), selected + first, mine, gate, x, target);
            }
        }
    }

    // Copies up rows and turns down columns into rows, some neurons at a time.
    private readonly struct FillWork(NeuronMatrix matrix, MatrixLayout? up, Tensor<float> down) : IParallelWork
    {
        public const int NeuronsPerPart = 64;

        public void Run(int part)
        {
            var values = new float[matrix.Width];
            for (var neuron = part * NeuronsPerPart; neuron < Math.Min(matrix.Neurons, (part + 1) * NeuronsPerPart); neuron++)
            {
                var target = matrix._storage.Pointer + neuron * matrix._neuronBytes;
                if (up is not null)
                {
                    up.CopyRow(neuron, values);
                    Store(values, target);
                    target += matrix._neuronBytes / 2;
                }
                for (var row = 0; row < matrix.Width; row++)
                    values[row] = down.Pointer[(long)row * matrix.Neurons + neuron];
                Store(values, target);
            }
            GC.KeepAlive(down);
        }

        private void Store(float[] values, byte* target)
        {
            fixed (float* source = values)
            {
                if (matrix.Element == ElementType.BFloat16)
                    BFloat16Conversion.Narrow(source, (ushort*)target, values.Length);
                else
                    new ReadOnlySpan<float>(source, values.Length).CopyTo(new Span<float>(target, values.Length));
            }
        }
    }
}
