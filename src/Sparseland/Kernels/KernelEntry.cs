using Sparseland.Layouts;
using Sparseland.Tensors;

namespace Sparseland.Kernels;

/// <summary>Which product a kernel computes.</summary>
public enum KernelOperation
{
    /// <summary>y = W x.</summary>
    Vector,

    /// <summary>Y = X Wᵀ.</summary>
    Batch,

    /// <summary>Y = X W.</summary>
    Transposed,
}

/// <summary>What random operand a kernel shall be tried on.</summary>
/// <param name="Rows">Outputs of W.</param>
/// <param name="Columns">Inputs of W.</param>
/// <param name="Density">The fraction of entries kept, 0 to 1 (of the codes, where the matrix is a product of factors); dense layouts keep all whatever it says.</param>
/// <param name="Seed">The operand's seed.</param>
public sealed record OperandRequest(int Rows, int Columns, double Density, ulong Seed);

/// <summary>One kernel as tests, benchmarks and <c>sparseland inspect --machine</c> see it.</summary>
/// <param name="Layout">The layout's name: "dense", "csr", "bitmap", "2:4".</param>
/// <param name="Element">How the values are stored.</param>
/// <param name="Operation">The product.</param>
/// <param name="Hardware">Which instructions it uses on this machine.</param>
/// <param name="Tile">What stays in registers or in the nearest cache: "4 rows x 2 vectors".</param>
/// <param name="ErrorBudget">The greatest error of an output against the layout's own dense values, relative to the sum of |w| |x| of that output.</param>
/// <param name="Create">Makes a random operand.</param>
public sealed record KernelEntry(
    string Layout,
    ElementType Element,
    KernelOperation Operation,
    string Hardware,
    string Tile,
    double ErrorBudget,
    Func<OperandRequest, MatrixLayout> Create)
{
    /// <summary>A name that occurs once in the list: layout, element and operation.</summary>
    public string Name => $"{Layout} {Element} {Operation}";

    /// <summary>Runs the kernel.</summary>
    /// <param name="operand">What <see cref="Create"/> made.</param>
    /// <param name="x">[batch, columns], or [batch, rows] for the transposed product; one row for the vector product.</param>
    /// <param name="y">[batch, rows], or [batch, columns] for the transposed product.</param>
    public void Run(MatrixLayout operand, MatrixView<float> x, MatrixView<float> y)
    {
        ArgumentNullException.ThrowIfNull(operand);
        switch (Operation)
        {
            case KernelOperation.Vector:
                operand.Multiply(x.Row(0), y.Row(0));
                break;
            case KernelOperation.Batch:
                operand.MultiplyBatch(x, y);
                break;
            default:
                operand.MultiplyTransposed(x, y);
                break;
        }
    }
}
