using System.Runtime.InteropServices;
using Sparseland.Files;
using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning.Structures;

/// <summary>
/// The dense model's likeliest tokens at every position of a sequence, kept for as long as candidates are compared with them: per position the logits of the k likeliest tokens,
/// less the largest, as float16, and their ids as int32; without ids, in the order of the vocabulary, where k is all of it. In memory, or in a file that is mapped.
/// </summary>
internal sealed class DenseLogits
{
    private const int RowsAtOnce = 64;

    private readonly MappedFile _file;
    private readonly int _top;
    private readonly int _length;
    private readonly bool _hasIds;

    private DenseLogits(MappedFile file, int top, int length, bool hasIds) => (_file, _top, _length, _hasIds) = (file, top, length, hasIds);

    /// <summary>Reads what is there, or runs the dense model.</summary>
    /// <param name="path">The file; null keeps everything in memory.</param>
    /// <param name="dense">The dense model.</param>
    /// <param name="tokens">The sequence.</param>
    /// <param name="top">k.</param>
    /// <param name="workspace">Work buffers.</param>
    public static DenseLogits Make(string? path, TransformerModel dense, int[] tokens, int top, JudgingWorkspace workspace)
    {
        var vocabulary = dense.Configuration.VocabularySize;
        top = Math.Min(top, vocabulary);
        var hasIds = top < vocabulary;
        var bytes = (long)tokens.Length * top * (hasIds ? 6 : 2);
        if (path is not null && File.Exists(path) && MappedFile.Open(path) is { } known && known.Length == bytes)
            return new DenseLogits(known, top, tokens.Length, hasIds);
        var content = new byte[checked((int)bytes)];
        Fill(content, dense, tokens, top, hasIds, workspace);
        if (path is null)
            return new DenseLogits(MappedFile.FromBytes("dense logits", content), top, tokens.Length, hasIds);
        AtomicFile.Write(path, stream => stream.Write(content));
        return new DenseLogits(MappedFile.Open(path), top, tokens.Length, hasIds);
    }

    /// <summary>Σ over the first tokens of KL(dense ‖ candidate), both made probabilities over the kept ids. Not finite where the candidate's logits are not.</summary>
    public double Divergence(TransformerModel candidate, ReadOnlySpan<int> tokens, JudgingWorkspace workspace)
    {
        var hidden = workspace.Run(candidate, tokens);
        var sum = 0.0;
        var (reference, other) = (workspace.Reference(_top), workspace.Other(_top));
        for (var first = 0; first < tokens.Length; first += RowsAtOnce)
        {
            var logits = workspace.Logits(candidate, hidden.SliceRows(first, Math.Min(RowsAtOnce, tokens.Length - first)));
            for (var row = 0; row < logits.Rows; row++)
            {
                Read(first + row, logits.Row(row), reference.AsSpan(0, _top), other.AsSpan(0, _top));
                sum += Divergence(reference.AsSpan(0, _top), other.AsSpan(0, _top));
            }
        }
        return sum;
    }

    // Overwrites both: the reference with its probabilities, the other with the differences of the logarithms.
    private static double Divergence(Span<float> reference, Span<float> other)
    {
        var (a, b) = (LogSumExp(reference), LogSumExp(other));
        var sum = 0.0;
        for (var i = 0; i < reference.Length; i++)
            sum += Math.Exp(reference[i] - a) * (reference[i] - a - (other[i] - b));
        return sum;
    }

    private static double LogSumExp(ReadOnlySpan<float> values)
    {
        var largest = TensorPrimitives.Max(values);
        var sum = 0.0;
        foreach (var value in values)
            sum += Math.Exp(value - largest);
        return largest + Math.Log(sum);
    }

    private void Read(int position, ReadOnlySpan<float> logits, Span<float> reference, Span<float> other)
    {
        var values = MemoryMarshal.Cast<byte, Half>(_file.Slice((long)position * _top * 2, _top * 2));
        TensorPrimitives.ConvertToSingle(values, reference);
        if (!_hasIds)
        {
            logits.CopyTo(other);
            return;
        }
        var ids = MemoryMarshal.Cast<byte, int>(_file.Slice((long)_length * _top * 2 + (long)position * _top * 4, _top * 4));
        for (var i = 0; i < ids.Length; i++)
            other[i] = logits[ids[i]];
    }

    private static void Fill(byte[] content, TransformerModel dense, int[] tokens, int top, bool hasIds, JudgingWorkspace workspace)
    {
        var values = MemoryMarshal.Cast<byte, Half>(content.AsSpan(0, tokens.Length * top * 2));
        var ids = MemoryMarshal.Cast<byte, int>(content.AsSpan(tokens.Length * top * 2));
        var hidden = workspace.Run(dense, tokens);
        var order = new int[dense.Configuration.VocabularySize];
        for (var first = 0; first < tokens.Length; first += RowsAtOnce)
        {
            var logits = workspace.Logits(dense, hidden.SliceRows(first, Math.Min(RowsAtOnce, tokens.Length - first)));
            for (var row = 0; row < logits.Rows; row++)
            {
                for (var i = 0; i < order.Length; i++)
                    order[i] = i;
                var line = logits.Row(row).ToArray();
                if (hasIds)
                {
                    Array.Sort(order, (x, y) => line[x] != line[y] ? line[y].CompareTo(line[x]) : x.CompareTo(y));
                    order.AsSpan(0, top).CopyTo(ids.Slice((first + row) * top, top));
                }
                var largest = TensorPrimitives.Max<float>(line);
                var target = values.Slice((first + row) * top, top);
                for (var i = 0; i < top; i++)
                    target[i] = (Half)(line[order[i]] - largest);
            }
        }
    }
}

/// <summary>Buffers for running one sequence through a model. One per thread.</summary>
/// <param name="configuration">The dense model: the widest that runs here.</param>
internal sealed class JudgingWorkspace(TransformerConfiguration configuration)
{
    private readonly BlockScratch _scratch = new(configuration);
    private Tensor<float> _hidden = new(new Shape(1, configuration.Width));
    private Tensor<float> _logits = new(new Shape(1, configuration.VocabularySize));
    private float[] _reference = [], _other = [];

    /// <summary>What the last block leaves, [tokens, width].</summary>
    public MatrixView<float> Run(TransformerModel model, ReadOnlySpan<int> tokens)
    {
        if (_hidden.Shape.Rows < tokens.Length)
            _hidden = Tensor<float>.Uninitialized(new Shape(tokens.Length, configuration.Width));
        var hidden = _hidden.Matrix.SliceRows(0, tokens.Length);
        model.Embed(tokens, 0, hidden);
        foreach (var block in model.Blocks)
            block.Forward(hidden, 1, tokens.Length, _scratch);
        return hidden;
    }

    /// <summary>Logits of some rows; the rows are overwritten.</summary>
    public MatrixView<float> Logits(TransformerModel model, MatrixView<float> rows)
    {
        if (_logits.Shape.Rows < rows.Rows)
            _logits = Tensor<float>.Uninitialized(new Shape(rows.Rows, configuration.VocabularySize));
        var logits = _logits.Matrix.SliceRows(0, rows.Rows);
        model.ComputeLogits(rows, logits);
        return logits;
    }

    public float[] Reference(int length) => _reference.Length >= length ? _reference : _reference = new float[length];

    public float[] Other(int length) => _other.Length >= length ? _other : _other = new float[length];
}
