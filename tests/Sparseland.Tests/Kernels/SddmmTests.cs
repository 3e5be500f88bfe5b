using CsCheck;
using Sparseland.Chance;
using Sparseland.Kernels;
using Sparseland.Masks;
using Sparseland.Tensors;
using Sparseland.Tests.Layouts;

namespace Sparseland.Tests.Kernels;

public class SddmmTests
{
    [Fact]
    public void Kept_entries_equal_the_dense_product() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 140], Gen.Int[1, 40], Gen.Double[0, 1], Gen.ULong).Sample((rows, columns, batch, density, seed) =>
        {
            var mask = RandomMask.ForLayout("csr", rows, columns, density, new RandomStream(seed, "mask"));
            var left = SparseCase.Batch(batch, rows, seed);
            var right = SparseCase.Batch(batch, columns, seed + 1);
            var values = new float[mask.KeptCount];
            Sddmm.Multiply(left.Matrix, right.Matrix, mask, values);
            var place = 0;
            for (var row = 0; row < rows; row++)
                for (var column = 0; column < columns; column++)
                {
                    if (!mask[row, column])
                        continue;
                    var (sum, magnitude) = (0.0, 0.0);
                    for (var b = 0; b < batch; b++)
                    {
                        sum += (double)left.Matrix[b, row] * right.Matrix[b, column];
                        magnitude += Math.Abs((double)left.Matrix[b, row] * right.Matrix[b, column]);
                    }
                    SparseCase.AssertClose((sum, magnitude), values[place++], $"row {row}, column {column}");
                }
            Assert.Equal(values.Length, place);
        }, iter: 40, seed: "0000KDc4Hx31");

    [Fact]
    public void Extents_must_fit()
    {
        var mask = Mask.Full(3, 4);
        var fault = Assert.Throws<ArgumentException>(() => Sddmm.Multiply(new Tensor<float>(new Shape(2, 3)).Matrix, new Tensor<float>(new Shape(2, 5)).Matrix, mask, new float[12]));
        Assert.Contains("2 x 5", fault.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Sddmm.Multiply(new Tensor<float>(new Shape(2, 3)).Matrix, new Tensor<float>(new Shape(2, 4)).Matrix, mask, new float[11]));
    }
}
