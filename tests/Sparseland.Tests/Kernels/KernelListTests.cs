using Sparseland.Chance;
using Sparseland.Kernels;
using Sparseland.Layouts;
using Sparseland.Tensors;
using Sparseland.Threads;

namespace Sparseland.Tests.Kernels;

public class KernelListTests
{
    public static TheoryData<string> Names => [.. KernelList.All.Select(entry => entry.Name)];

    [Fact]
    public void Every_kernel_is_registered_once() => Assert.Equal(KernelList.All.Count, KernelList.All.Select(entry => entry.Name).Distinct().Count());

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_equals_the_product_of_its_dense_values(string name)
    {
        var entry = Find(name);
        foreach (var (rows, columns, batch) in new[] { (1, 1, 1), (3, 7, 2), (4, 64, 1), (9, 33, 3), (50, 100, 5), (37, 513, 33), (130, 256, 7) })
            foreach (var density in new[] { 0.1, 0.5, 1.0 })
                Check(entry, entry.Create(new OperandRequest(rows, columns, density, 7)), Batch(entry, batch));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_kernel_gives_the_same_bytes_for_any_number_of_threads(string name)
    {
        var entry = Find(name);
        var operand = entry.Create(new OperandRequest(600, 512, 0.4, 3));
        var x = Input(entry, operand, Batch(entry, 6));
        var threads = WorkerPool.ThreadCount;
        var results = new List<float[]>();
        try
        {
            for (var count = 1; count <= 3; count++)
            {
                WorkerPool.ThreadCount = count;
                var y = Output(entry, operand, x);
                entry.Run(operand, x.Matrix, y.Matrix);
                results.Add(y.Span.ToArray());
            }
        }
        finally
        {
            WorkerPool.ThreadCount = threads;
        }
        Assert.Equal(results[0], results[1]);
        Assert.Equal(results[0], results[2]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Row_look_up_and_mask_agree_with_the_dense_values(string name)
    {
        var operand = Find(name).Create(new OperandRequest(21, 77, 0.3, 5));
        var dense = Dense(operand);
        var mask = operand.ToMask();
        var row = new float[operand.Columns];
        for (var i = 0; i < operand.Rows; i++)
        {
            operand.CopyRow(i, row);
            Assert.Equal(dense.Matrix.Row(i).ToArray(), row);
            for (var j = 0; j < operand.Columns; j++)
                Assert.True(mask[i, j] || row[j] == 0);
        }
        Assert.Equal(operand.KeptCount, mask.KeptCount);
    }

    // A batch of one is a layout's vector product, which has a budget of its own.
    private static int Batch(KernelEntry entry, int wanted) => entry.Operation == KernelOperation.Vector ? 1 : Math.Max(wanted, 2);

    private static void Check(KernelEntry entry, MatrixLayout operand, int batch)
    {
        var dense = Dense(operand);
        var x = Input(entry, operand, batch);
        var y = Output(entry, operand, x);
        entry.Run(operand, x.Matrix, y.Matrix);
        var transposed = entry.Operation == KernelOperation.Transposed;
        for (var i = 0; i < batch; i++)
        {
            for (var j = 0; j < y.Shape.Columns; j++)
            {
                double sum = 0, scale = 0;
                for (var p = 0; p < x.Shape.Columns; p++)
                {
                    var term = (double)x.Matrix[i, p] * (transposed ? dense.Matrix[p, j] : dense.Matrix[j, p]);
                    sum += term;
                    scale += Math.Abs(term);
                }
                var error = Math.Abs(sum - y.Matrix[i, j]);
                if (!(error <= entry.ErrorBudget * scale + 1e-30))
                    Assert.Fail($"{entry.Name}, {operand.Rows} x {operand.Columns}, kept {operand.KeptCount}, batch {batch}: ({i}, {j}) is {y.Matrix[i, j]}, not {sum} (magnitudes {scale})");
            }
        }
    }

    private static KernelEntry Find(string name) => KernelList.All.Single(entry => entry.Name == name);

    private static Tensor<float> Dense(MatrixLayout operand)
    {
        var dense = new Tensor<float>(new Shape(operand.Rows, operand.Columns));
        operand.ToDense(dense.Matrix);
        return dense;
    }

    private static Tensor<float> Input(KernelEntry entry, MatrixLayout operand, int batch)
    {
        var x = new Tensor<float>(new Shape(batch, entry.Operation == KernelOperation.Transposed ? operand.Rows : operand.Columns));
        new RandomStream(11, "input").FillNormal(x.Span);
        return x;
    }

    private static Tensor<float> Output(KernelEntry entry, MatrixLayout operand, Tensor<float> x)
    {
        var y = new Tensor<float>(new Shape(x.Shape.Rows, entry.Operation == KernelOperation.Transposed ? operand.Columns : operand.Rows));
        y.Span.Fill(float.NaN);
        return y;
    }
}
