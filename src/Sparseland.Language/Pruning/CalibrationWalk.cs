using Sparseland.Errors;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Models;
using Sparseland.Tensors;

namespace Sparseland.Language.Pruning;

/// <summary>
/// Carries the calibration sequences through a model block by block (the walk of SparseGPT's and Wanda's code): only one block and one buffer of hidden states are in memory.
/// A block can be run over the present states to record its inputs without moving them, and then, pruned, once more to move them on.
/// </summary>
internal sealed class CalibrationWalk : IDisposable
{
    /// <summary>Hidden states up to this many bytes stay in memory: 1 GiB.</summary>
    public const long DefaultBudget = 1L << 30;

    private const int RowsAtOnce = 256;

    private readonly ICheckpoint _checkpoint;
    private readonly CalibrationSet _calibration;
    private readonly HiddenStates _hidden;
    private readonly RotaryTable? _rotary;
    private readonly BlockScratch _scratch;
    private Tensor<float>? _copy;

    public CalibrationWalk(ICheckpoint checkpoint, CalibrationSet calibration, long budget, string? workFile)
    {
        var configuration = checkpoint.Configuration;
        if (!configuration.Rotary && calibration.Length > configuration.ContextLength)
            throw new MismatchException($"calibration windows of {calibration.Length} tokens in a model with {configuration.ContextLength} learned positions; choose a shorter length");
        (_checkpoint, _calibration) = (checkpoint, calibration);
        _hidden = new HiddenStates(calibration.Count, calibration.Length, configuration.Width, budget, workFile);
        _rotary = configuration.Rotary ? new RotaryTable(configuration) : null;
        _scratch = new BlockScratch(configuration);
    }

    /// <summary>The states as they are now, for a snapshot.</summary>
    public HiddenStates Hidden => _hidden;

    private int SequencesAtOnce => Math.Max(1, RowsAtOnce / _calibration.Length);

    /// <summary>Sets the states to what enters the first block.</summary>
    public void Embed()
    {
        var configuration = _checkpoint.Configuration;
        var embedding = _checkpoint.LoadMatrix(TensorNames.Embedding);
        var positions = configuration.Rotary ? null : _checkpoint.LoadTensor(TensorNames.PositionEmbedding);
        for (var sequence = 0; sequence < _calibration.Count; sequence++)
        {
            var rows = _hidden.Slice(sequence, 1);
            for (var t = 0; t < _calibration.Length; t++)
            {
                var token = _calibration.Sequences[sequence][t];
                if ((uint)token >= (uint)configuration.VocabularySize)
                    throw new MismatchException($"calibration token {token} in a vocabulary of {configuration.VocabularySize}: the tokenizer is another model's");
                embedding.CopyRow(token, rows.Row(t));
                if (positions is not null)
                    TensorPrimitives.Add(rows.Row(t), positions.Matrix.Row(t), rows.Row(t));
            }
        }
    }

    /// <summary>Reads a block.</summary>
    public TransformerBlock LoadBlock(int block) => LoadBlock(block, _checkpoint);

    /// <summary>Reads a block of a model that computes in the same width, such as this one with other weights.</summary>
    public TransformerBlock LoadBlock(int block, ICheckpoint checkpoint) => TransformerBlock.Load(checkpoint, block, _rotary);

    /// <summary>Runs the block over copies of the states: the observer sees its inputs, the states stay.</summary>
    public void Record(TransformerBlock block, CalibrationRecorder recorder, CancellationToken cancellation)
    {
        foreach (var _ in Outputs(block, cancellation, recorder))
            cancellation.ThrowIfCancellationRequested();
        recorder.CountSequences(_calibration.Count);
    }

    /// <summary>Runs the block over the states, which become its outputs.</summary>
    public void Advance(TransformerBlock block, CalibrationRecorder? recorder, CancellationToken cancellation)
    {
        // The same portions as in a recording, so that both see the same sums.
        for (var first = 0; first < _calibration.Count; first += SequencesAtOnce)
        {
            var count = Math.Min(SequencesAtOnce, _calibration.Count - first);
            block.Forward(_hidden.Slice(first, count), count, _calibration.Length, _scratch, recorder, cancellation);
        }
        recorder?.CountSequences(_calibration.Count);
    }

    /// <summary>The block's inputs and outputs, a few sequences at a time; the states stay.</summary>
    public IEnumerable<(MatrixView<float> Input, MatrixView<float> Output)> Outputs(TransformerBlock block, CancellationToken cancellation, CalibrationRecorder? recorder = null)
    {
        _copy ??= Tensor<float>.Uninitialized(new Shape(SequencesAtOnce * _calibration.Length, _hidden.Width));
        for (var first = 0; first < _calibration.Count; first += SequencesAtOnce)
        {
            var count = Math.Min(SequencesAtOnce, _calibration.Count - first);
            var input = _hidden.Slice(first, count);
            var output = _copy.Matrix.SliceRows(0, input.Rows);
            for (var row = 0; row < input.Rows; row++)
                input.Row(row).CopyTo(output.Row(row));
            block.Forward(output, count, _calibration.Length, _scratch, recorder, cancellation);
            yield return (input, output);
        }
    }

    public void Dispose() => _hidden.Dispose();
}
