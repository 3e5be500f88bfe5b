using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Layouts;
using Sparseland.Masks;
using Sparseland.Tensors;

namespace Sparseland.Language.Checkpoints;

/// <summary>Turns one weight into what a folder shall hold, and records what that changes.</summary>
internal sealed class WeightConversion
{
    // For "auto": every layout whose form a mask may have, smallest wins, and of equal ones the first.
    private static readonly string[] Candidates = ["2:4", "4:8", "1:4", "2:8", "block 1x8", "block 8x1", BitmapMatrix.LayoutName, CsrMatrix.LayoutName];

    private readonly ConversionOptions _options;
    private readonly ConversionLoss _loss;

    public WeightConversion(ConversionOptions options, ConversionLoss loss)
    {
        if (options.Layout is not ("dense" or "auto"))
        {
            var kind = LayoutRegistry.FindForMask(options.Layout);
            if (options.Element is { } element && !kind.Elements.Contains(element))
                throw new InvalidSettingException($"the layout {options.Layout} does not store {element}; it stores {string.Join(", ", kind.Elements)}");
        }
        else if (options.Layout == "dense" && options.Element is { } element && !ElementConversion.IsPlain(element))
        {
            throw new InvalidSettingException($"dense safetensors do not hold {element}; choose Float32, BFloat16 or Float16, a packed layout, or a .gguf output");
        }
        _options = options;
        _loss = loss;
    }

    /// <summary>Converts a weight.</summary>
    public CheckpointWeight Convert(ICheckpoint checkpoint, CheckpointTensor tensor)
    {
        var isProjection = tensor.Name.EndsWith("_proj.weight", StringComparison.Ordinal);
        if (!isProjection || _options.Layout == "dense")
        {
            if (tensor.Layout != "dense")
                _loss.Note("dense safetensors have no mask: removed weights are written as zeros, and which zeros were kept is not written");
            return Dense(tensor, checkpoint.LoadTensor(tensor.Name));
        }
        var matrix = checkpoint.LoadMatrix(tensor.Name);
        return matrix is ILayoutParts ? Repack(tensor, matrix) : Pack(tensor, matrix);
    }

    private CheckpointWeight Dense(CheckpointTensor tensor, Tensor<float> numbers)
    {
        // Gains and biases are few and delicate: they keep what they have.
        var wanted = tensor.Shape.Rank < 2 ? tensor.Element : _options.Element ?? tensor.Element;
        var element = ElementConversion.IsPlain(wanted) ? wanted : ElementType.Float32;
        Compare(tensor.Name, numbers, element);
        return CheckpointWeight.Dense(tensor.Name, numbers, element);
    }

    private CheckpointWeight Repack(CheckpointTensor tensor, MatrixLayout matrix)
    {
        var name = _options.Layout == "auto" ? matrix.Name : _options.Layout;
        var element = _options.Element ?? matrix.Element;
        if (name == matrix.Name && element == matrix.Element)
            return CheckpointWeight.Of(tensor.Name, matrix);
        var converted = MatrixLayoutFactory.Convert(matrix, name, element);
        Compare(tensor.Name, matrix, converted);
        return CheckpointWeight.Of(tensor.Name, converted);
    }

    // A dense file does not say what was kept: whatever is not zero is.
    private CheckpointWeight Pack(CheckpointTensor tensor, MatrixLayout matrix)
    {
        var numbers = Tensor<float>.Uninitialized(tensor.Shape);
        matrix.ToDense(numbers.Matrix);
        var mask = NonZeros(numbers.Matrix);
        var wanted = _options.Element ?? tensor.Element;
        var element = wanted is ElementType.Float32 or ElementType.BFloat16 or ElementType.Float16 or ElementType.Int8 ? wanted : ElementType.Float32;
        MatrixLayout? best = null;
        foreach (var name in _options.Layout == "auto" ? Candidates : [_options.Layout])
        {
            var kind = LayoutRegistry.Find(name);
            if (_options.Layout == "auto" && (!kind.Elements.Contains(element) || !kind.Fits(name, mask)))
                continue;
            var candidate = MatrixLayoutFactory.Create(name, element, numbers.Matrix, mask);
            if (best is null || candidate.ByteCount < best.ByteCount)
                best = candidate;
        }
        var plain = ElementConversion.IsPlain(element) ? element : ElementType.Float32;
        if (best is null || (_options.Layout == "auto" && best.ByteCount >= numbers.Length * ElementConversion.ByteCount(plain)))
            return Dense(tensor, numbers);
        Compare(tensor.Name, matrix, best);
        return CheckpointWeight.Of(tensor.Name, best);
    }

    private static Mask NonZeros(MatrixView<float> matrix)
    {
        var mask = new Mask(matrix.Rows, matrix.Columns);
        for (var row = 0; row < matrix.Rows; row++)
        {
            var numbers = matrix.Row(row);
            var words = mask.Row(row);
            for (var column = 0; column < numbers.Length; column++)
                if (numbers[column] != 0)
                    words[column >> 6] |= 1UL << (column & 63);
        }
        return mask;
    }

    private void Compare(string name, MatrixLayout before, MatrixLayout after)
    {
        var (left, right) = (new float[before.Columns], new float[before.Columns]);
        var isNew = true;
        for (var row = 0; row < before.Rows; row++)
        {
            before.CopyRow(row, left);
            after.CopyRow(row, right);
            isNew &= !_loss.Compare(name, isNew, left, right);
        }
    }

    private unsafe void Compare(string name, Tensor<float> numbers, ElementType element)
    {
        const int piece = 1 << 14;
        var bytes = new byte[piece * ElementConversion.ByteCount(element)];
        var after = new float[piece];
        var isNew = true;
        for (var start = 0L; start < numbers.Length; start += piece)
        {
            var count = (int)Math.Min(piece, numbers.Length - start);
            var before = new ReadOnlySpan<float>(numbers.Pointer + start, count);
            ElementConversion.FromSingle(element, before, bytes.AsSpan(0, count * ElementConversion.ByteCount(element)));
            fixed (byte* stored = bytes)
                ElementConversion.ToSingle(element, stored, after.AsSpan(0, count));
            isNew &= !_loss.Compare(name, isNew, before, after.AsSpan(0, count));
        }
        GC.KeepAlive(numbers);
    }
}
