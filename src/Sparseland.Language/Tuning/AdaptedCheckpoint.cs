using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>A model with some tensors changed, such as by fused adapters. All others are the source's own, bit for bit. Reads are thread-safe where the source's are.</summary>
public sealed class AdaptedCheckpoint : ICheckpoint
{
    private readonly ICheckpoint _source;
    private readonly IReadOnlyDictionary<string, Func<Tensor<float>>> _changed;

    /// <summary>Changes some tensors.</summary>
    /// <param name="source">The model; it is not disposed with this view.</param>
    /// <param name="changed">New tensors by canonical name, made when they are asked for; the caller's to change afterwards.</param>
    public AdaptedCheckpoint(ICheckpoint source, IReadOnlyDictionary<string, Func<Tensor<float>>> changed)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(changed);
        (_source, _changed) = (source, changed);
        Tensors = [.. source.Tensors.Select(tensor => changed.ContainsKey(tensor.Name) ? Describe(tensor) : tensor)];
    }

    /// <inheritdoc/>
    public string Path => _source.Path;

    /// <inheritdoc/>
    public TransformerConfiguration Configuration => _source.Configuration;

    /// <inheritdoc/>
    public IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>The names of the tensors that are not the source's own.</summary>
    public IEnumerable<string> Changed => _changed.Keys;

    /// <summary>A model with adapters fused in.</summary>
    /// <param name="source">The model.</param>
    /// <param name="adapters">The adapters; where several change the same entries, the changes add up.</param>
    public static AdaptedCheckpoint Of(ICheckpoint source, IReadOnlyList<Adapter> adapters)
    {
        ArgumentNullException.ThrowIfNull(adapters);
        return Of(source, [.. adapters.Select(adapter => (adapter, 1f))]);
    }

    /// <summary>A model with adapters added and taken away, one after the other.</summary>
    /// <param name="source">The model.</param>
    /// <param name="adapters">Each with a factor: 1 adds it, −1 takes it away.</param>
    /// <exception cref="MismatchException">An adapter changes a matrix that the model does not have, or has in other extents.</exception>
    public static AdaptedCheckpoint Of(ICheckpoint source, IReadOnlyList<(Adapter Adapter, float Factor)> adapters)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(adapters);
        var changes = adapters.SelectMany(pair => pair.Adapter.Parts.Select(part => (Part: part, pair.Factor))).ToLookup(change => change.Part.Name, StringComparer.Ordinal);
        var known = source.Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        foreach (var change in changes.SelectMany(group => group))
            if (!known.TryGetValue(change.Part.Name, out var tensor) || tensor.Shape != change.Part.Shape)
                throw new MismatchException($"the adapter changes {change.Part.Name} as a {change.Part.Shape} matrix, the model {(tensor is null ? "has none" : $"has it as {tensor.Shape}")}: it belongs to another model");
        return new AdaptedCheckpoint(source, changes.ToDictionary(group => group.Key, group => (Func<Tensor<float>>)(() => Apply(source, group.Key, group)), StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public bool Contains(string name) => _source.Contains(name);

    /// <inheritdoc/>
    public MatrixLayout LoadMatrix(string name)
    {
        if (!_changed.TryGetValue(name, out var make))
            return _source.LoadMatrix(name);
        return DenseMatrix.FromFloat32(make().Matrix, Tensors.First(tensor => tensor.Name == name).Element);
    }

    /// <inheritdoc/>
    public Tensor<float> LoadTensor(string name) => _changed.TryGetValue(name, out var make) ? make() : _source.LoadTensor(name);

    /// <summary>Nothing to let go: the source is its owner's.</summary>
    public void Dispose() { }

    private static Tensor<float> Apply(ICheckpoint source, string name, IEnumerable<(AdapterPart Part, float Factor)> changes)
    {
        var tensor = source.LoadTensor(name);
        foreach (var (part, factor) in changes)
            part.AddTo(tensor.Matrix, factor);
        return tensor;
    }

    // A changed matrix is dense; one that was stored in sixteen bits stays in them.
    private static CheckpointTensor Describe(CheckpointTensor tensor)
    {
        var element = tensor.Element is ElementType.BFloat16 or ElementType.Float16 ? tensor.Element : ElementType.Float32;
        return new CheckpointTensor(tensor.Name, tensor.Shape, element, "dense", tensor.Shape.Length * (element == ElementType.Float32 ? 4 : 2));
    }
}
