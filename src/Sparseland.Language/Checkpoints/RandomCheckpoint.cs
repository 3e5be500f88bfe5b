using Sparseland.Chance;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>
/// Random weights for a configuration, made when they are asked for: for speed figures, and for trying a pruner on sizes nobody has a model of.
/// Matrices are uniform with variance 1/inputs, so activations keep their size; gains are one, biases zero. The same seed gives the same weights. Thread-safe.
/// </summary>
/// <param name="configuration">The model's shape.</param>
/// <param name="seed">The seed.</param>
public sealed class RandomCheckpoint(TransformerConfiguration configuration, ulong seed = 1) : ICheckpoint
{
    private readonly Dictionary<string, CatalogTensor> _catalog = TensorCatalog.For(configuration).ToDictionary(tensor => tensor.Name);

    /// <inheritdoc/>
    public string Path => $"random {Configuration.Family}";

    /// <inheritdoc/>
    public TransformerConfiguration Configuration { get; } = configuration;

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointTensor> Tensors { get; } =
        [.. TensorCatalog.For(configuration).Select(tensor => new CheckpointTensor(tensor.Name, tensor.Shape, ElementType.Float32, "dense", tensor.Shape.Length * sizeof(float)))];

    /// <inheritdoc/>
    public bool Contains(string name) => _catalog.ContainsKey(name);

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">The configuration has no such tensor.</exception>
    public MatrixLayout LoadMatrix(string name) => DenseMatrix.FromFloat32(LoadTensor(name).Matrix, ElementType.Float32);

    /// <inheritdoc/>
    /// <exception cref="KeyNotFoundException">The configuration has no such tensor.</exception>
    public Tensor<float> LoadTensor(string name)
    {
        var shape = _catalog[name].Shape;
        var tensor = new Tensor<float>(shape);
        if (shape.Rank == 2)
            for (var row = 0; row < shape[0]; row++)
                FillUniform(tensor.Matrix.Row(row), new RandomStream(seed, name, (ulong)row));
        else if (!name.EndsWith(".bias", StringComparison.Ordinal))
            tensor.Span.Fill(1);
        return tensor;
    }

    /// <summary>Nothing to let go.</summary>
    public void Dispose() { }

    // Two values of 24 bits from every draw of 64.
    private static void FillUniform(Span<float> values, RandomStream random)
    {
        var scale = (float)(Math.Sqrt(3.0 / values.Length) / (1 << 23));
        for (var i = 0; i < values.Length; i++)
        {
            var bits = random.NextBits();
            values[i] = ((int)(bits >> 40) - (1 << 23)) * scale;
            if (++i < values.Length)
                values[i] = ((int)(bits >> 8 & 0xFFFFFF) - (1 << 23)) * scale;
        }
    }
}
