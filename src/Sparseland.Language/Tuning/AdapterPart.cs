using Sparseland.Files;
using Sparseland.Tensors;

namespace Sparseland.Language.Tuning;

/// <summary>What an adapter changes of one matrix.</summary>
/// <param name="name">The matrix's canonical name.</param>
/// <param name="shape">The matrix's extents, [outputs, inputs].</param>
public abstract class AdapterPart(string name, Shape shape)
{
    /// <summary>The matrix's canonical name.</summary>
    public string Name { get; } = name;

    /// <summary>The matrix's extents.</summary>
    public Shape Shape { get; } = shape;

    /// <summary>What tells parts of one matrix apart in an adapter: "rows", "columns" or "low rank".</summary>
    public abstract string Kind { get; }

    /// <summary>How many numbers the part holds, indices not counted.</summary>
    public abstract long ParameterCount { get; }

    /// <summary>Adds the change, times a factor, to the matrix; with −1 it takes it away. Only entries of the part are touched.</summary>
    /// <param name="weights">The matrix, in the numbering of the model the adapter was made for.</param>
    /// <param name="factor">1 to fuse, −1 to unfuse.</param>
    public void AddTo(MatrixView<float> weights, float factor = 1)
    {
        if (weights.Rows != Shape[0] || weights.Columns != Shape[1])
            throw new ArgumentException($"{Name}: a change of a {Shape} matrix for one of {weights.Rows} x {weights.Columns}", nameof(weights));
        Add(weights, factor);
    }

    /// <summary>y += Δ x for one token, without the matrix being formed: how several users share a base model.</summary>
    /// <param name="input">[inputs].</param>
    /// <param name="output">[outputs], added to.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/>.</param>
    public void AddProduct(ReadOnlySpan<float> input, Span<float> output, Span<float> scratch)
    {
        if (input.Length != Shape[1] || output.Length != Shape[0] || scratch.Length < ScratchLength)
            throw new ArgumentException($"{Name}: {input.Length} inputs, {output.Length} outputs and {scratch.Length} of scratch for a change of a {Shape} matrix", nameof(output));
        Multiply(input, output, scratch);
    }

    /// <summary>Numbers of scratch that a product takes.</summary>
    public abstract int ScratchLength { get; }

    /// <summary>The indices, rows or columns of this part, at which both parts change the same entries; null when they do not meet.</summary>
    /// <param name="other">A part for the same matrix.</param>
    public abstract int[]? Overlap(AdapterPart other);

    /// <summary>One part that does what both do.</summary>
    /// <param name="other">A part of the same kind for the same matrix.</param>
    public abstract AdapterPart Combine(AdapterPart other);

    /// <summary>The checked addition.</summary>
    protected abstract void Add(MatrixView<float> weights, float factor);

    /// <summary>The checked product.</summary>
    protected abstract void Multiply(ReadOnlySpan<float> input, Span<float> output, Span<float> scratch);

    /// <summary>The tensors of the part in a file.</summary>
    internal abstract IEnumerable<SafetensorsEntry> Entries();

    /// <summary>Writes them.</summary>
    internal abstract void Write(SafetensorsWriter writer);
}
