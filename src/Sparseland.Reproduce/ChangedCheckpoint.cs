using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Reproduce;

/// <summary>A checkpoint with some tensors replaced by others of the same shape. The checkpoint behind it stays open when this one is disposed.</summary>
/// <param name="inner">The checkpoint.</param>
/// <param name="changed">The tensors that are replaced, by name.</param>
internal sealed class ChangedCheckpoint(ICheckpoint inner, IReadOnlyDictionary<string, Tensor<float>> changed) : ICheckpoint
{
    public string Path => inner.Path;

    public TransformerConfiguration Configuration => inner.Configuration;

    public IReadOnlyList<CheckpointTensor> Tensors => inner.Tensors;

    public bool Contains(string name) => inner.Contains(name);

    public MatrixLayout LoadMatrix(string name) => changed.TryGetValue(name, out var tensor) ? DenseMatrix.FromFloat32(tensor.Matrix, ElementType.Float32) : inner.LoadMatrix(name);

    public Tensor<float> LoadTensor(string name) => changed.TryGetValue(name, out var tensor) ? tensor.Copy() : inner.LoadTensor(name);

    public void Dispose() { }
}
