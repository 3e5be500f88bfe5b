using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>A tensor in a checkpoint, known from the header alone.</summary>
/// <param name="Name">The canonical name (<see cref="TensorNames"/>).</param>
/// <param name="Shape">The extents.</param>
/// <param name="Element">How it is stored.</param>
/// <param name="Layout">"dense", or the sparse layout's name.</param>
/// <param name="ByteCount">Bytes in the file, index included.</param>
public sealed record CheckpointTensor(string Name, Shape Shape, ElementType Element, string Layout, long ByteCount);

/// <summary>
/// A model's weights on disk under canonical names, whatever the format: a Hugging Face folder (dense or packed), a llama2.c file, a GGUF file.
/// Opening reads headers only; tensors are mapped or read when asked for, so a model larger than memory can be walked block by block. Reads are thread-safe.
/// </summary>
public interface ICheckpoint : IDisposable
{
    /// <summary>The file or folder.</summary>
    string Path { get; }

    /// <summary>What the model looks like.</summary>
    TransformerConfiguration Configuration { get; }

    /// <summary>All tensors, in canonical order.</summary>
    IReadOnlyList<CheckpointTensor> Tensors { get; }

    /// <summary>Whether a tensor is there.</summary>
    bool Contains(string name);

    /// <summary>A matrix in the layout and element type it is stored in (mapped where possible).</summary>
    /// <exception cref="Errors.InvalidFileException">It is missing, damaged, or holds NaN or infinity.</exception>
    MatrixLayout LoadMatrix(string name);

    /// <summary>A tensor as float32 in memory of its own.</summary>
    /// <exception cref="Errors.InvalidFileException">It is missing, damaged, or holds NaN or infinity.</exception>
    Tensor<float> LoadTensor(string name);
}
