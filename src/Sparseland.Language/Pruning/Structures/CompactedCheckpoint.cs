using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>
/// A model without the structures that were removed: an ordinary smaller dense model. Rows and columns are gathered when a tensor is asked for, so a model of any size
/// can be compacted tensor by tensor; what loses nothing is the source's own, bit for bit. Consumers may be given new weights, and may gain biases; where the model had none, all projections of the
/// layer then have them, zero where nothing is added. Reads are thread-safe where the source's are.
/// </summary>
public sealed class CompactedCheckpoint : ICheckpoint
{
    private readonly ICheckpoint _source;
    private readonly IReadOnlyDictionary<string, float[]> _addedBiases;
    private readonly IReadOnlyDictionary<string, Func<Tensor<float>>> _newWeights;
    private readonly Dictionary<string, Gather> _gathers = new(StringComparer.Ordinal);

    /// <summary>Compacts a model.</summary>
    /// <param name="source">The model; it is not disposed with this view.</param>
    /// <param name="kept">What stays of the sets that lose something; sets that are not named stay whole.</param>
    /// <param name="addedBiases">What is added to biases of output and down projections, by their canonical names; null for nothing.</param>
    /// <param name="newWeights">What takes the place of the kept columns of output and down projections, [outputs, kept columns], by their canonical names; called whenever they are read. Null for nothing.</param>
    /// <exception cref="ArgumentException">A set is not one of the model's, or is named twice.</exception>
    public CompactedCheckpoint(ICheckpoint source, IReadOnlyList<KeptStructures> kept, IReadOnlyDictionary<string, float[]>? addedBiases = null,
        IReadOnlyDictionary<string, Func<Tensor<float>>>? newWeights = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(kept);
        _source = source;
        _addedBiases = addedBiases ?? new Dictionary<string, float[]>();
        _newWeights = newWeights ?? new Dictionary<string, Func<Tensor<float>>>();
        var before = source.Configuration;
        var shapes = Enumerable.Range(0, before.BlockCount).Select(before.ShapeOf).ToArray();
        foreach (var one in kept)
        {
            Check(before, one.Set);
            shapes[one.Set.Block] = one.Set.Narrow(shapes[one.Set.Block], one.Indices.Count);
            AddGathers(one);
        }
        Configuration = WithBiases(before.WithBlockShapes(shapes), _addedBiases.Keys);
        Tensors = Describe();
    }

    /// <inheritdoc/>
    public string Path => _source.Path;

    /// <inheritdoc/>
    public TransformerConfiguration Configuration { get; }

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <inheritdoc/>
    public bool Contains(string name) => Tensors.Any(tensor => tensor.Name == name);

    /// <inheritdoc/>
    public MatrixLayout LoadMatrix(string name)
    {
        if (_newWeights.ContainsKey(name))
            return DenseMatrix.FromFloat32(LoadTensor(name).Matrix, Tensors.First(tensor => tensor.Name == name).Element);
        var matrix = _source.LoadMatrix(name);
        return _gathers.TryGetValue(name, out var gather) ? DenseMatrix.FromFloat32(gather.Apply(matrix).Matrix, ElementOf(matrix.Element)) : matrix;
    }

    /// <inheritdoc/>
    public Tensor<float> LoadTensor(string name)
    {
        if (_newWeights.TryGetValue(name, out var solve))
            return Checked(name, solve());
        if (!_addedBiases.TryGetValue(name, out var added) && _source.Contains(name))
            return LoadKept(name);
        var bias = _source.Contains(name) ? LoadKept(name) : new Tensor<float>(Tensors.First(tensor => tensor.Name == name).Shape);
        if (added is not null)
            TensorPrimitives.Add(bias.Span, added, bias.Span);
        return bias;
    }

    /// <summary>Nothing to let go: the source is its owner's.</summary>
    public void Dispose() { }

    private Tensor<float> LoadKept(string name)
    {
        if (!_gathers.TryGetValue(name, out var gather))
            return _source.LoadTensor(name);
        return gather.IsVector ? gather.Apply(_source.LoadTensor(name)) : gather.Apply(_source.LoadMatrix(name));
    }

    private Tensor<float> Checked(string name, Tensor<float> weights)
    {
        var expected = Tensors.First(tensor => tensor.Name == name).Shape;
        return weights.Shape == expected ? weights : throw new InvalidOperationException($"{name}: new weights of {weights.Shape} in place of {expected}");
    }

    private static TransformerConfiguration WithBiases(TransformerConfiguration configuration, IEnumerable<string> biases)
    {
        foreach (var name in biases)
            configuration = name.Contains(".mlp.", StringComparison.Ordinal)
                ? configuration with { FeedForwardBias = true }
                : configuration with { QueryKeyValueBias = true, AttentionOutputBias = true };
        return configuration;
    }

    // Numbers stored one by one stay as they are; what shares scales with removed neighbours becomes float32, which holds it exactly.
    private static ElementType ElementOf(ElementType element) => element is ElementType.Float16 or ElementType.BFloat16 ? element : ElementType.Float32;

    private static void Check(TransformerConfiguration configuration, StructureSet set)
    {
        var known = StructureSet.Of(configuration, set.Kind).FirstOrDefault(known => known.Name == set.Name);
        if (known is null || known.Count != set.Count || known.Consumer != set.Consumer || !known.Producers.SequenceEqual(set.Producers))
            throw new ArgumentException($"{set.Name} with {set.Count} structures is none of the model's", nameof(set));
    }

    private void AddGathers(KeptStructures kept)
    {
        var set = kept.Set;
        foreach (var producer in set.Producers)
        {
            var rows = kept.Places(producer.Extent);
            Add(TensorNames.Weight(set.Block, producer.Projection), new Gather(rows, null, false));
            if (TensorCatalog.HasBias(_source.Configuration, producer.Projection))
                Add(TensorNames.Bias(set.Block, producer.Projection), new Gather(rows, null, true));
        }
        Add(TensorNames.Weight(set.Block, set.Consumer.Projection), new Gather(null, kept.Places(set.Consumer.Extent), false));

        void Add(string name, Gather gather)
        {
            if (kept.IsWhole)
                return;
            if (!_gathers.TryAdd(name, gather))
                throw new ArgumentException($"{set.Name} is named twice", nameof(kept));
        }
    }

    private List<CheckpointTensor> Describe()
    {
        var known = _source.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var tensors = new List<CheckpointTensor>();
        foreach (var (name, shape) in TensorCatalog.For(Configuration))
        {
            var before = known.GetValueOrDefault(name);
            var element = before is null || _addedBiases.ContainsKey(name) ? ElementType.Float32 : ElementOf(before.Element);
            tensors.Add(before is not null && !_gathers.ContainsKey(name) && !_addedBiases.ContainsKey(name) && !_newWeights.ContainsKey(name)
                ? before
                : new CheckpointTensor(name, shape, element, "dense", shape.Length * (element == ElementType.Float32 ? 4 : 2)));
        }
        return tensors;
    }

    private sealed record Gather(int[]? Rows, int[]? Columns, bool IsVector)
    {
        public Tensor<float> Apply(MatrixLayout source)
        {
            var result = Tensor<float>.Uninitialized(new Shape(Rows?.Length ?? source.Rows, Columns?.Length ?? source.Columns));
            var whole = new float[source.Columns];
            for (var i = 0; i < result.Shape.Rows; i++)
            {
                source.CopyRow(Rows?[i] ?? i, whole);
                var target = result.Matrix.Row(i);
                if (Columns is null)
                    whole.CopyTo(target);
                else
                    for (var j = 0; j < target.Length; j++)
                        target[j] = whole[Columns[j]];
            }
            return result;
        }

        public Tensor<float> Apply(Tensor<float> vector)
        {
            var result = Tensor<float>.Uninitialized(new Shape(Rows!.Length));
            for (var i = 0; i < Rows.Length; i++)
                result.Span[i] = vector.Span[Rows[i]];
            return result;
        }
    }
}
