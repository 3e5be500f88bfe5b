using Sparseland.Errors;
using Sparseland.Space.Motion;

namespace Sparseland.Space.Datasets;

/// <summary>Three rows of four numbers, a fourth row (0, 0, 0, 1) understood: how calibration files give transforms between sensors and projections into images.</summary>
public sealed class Matrix34
{
    private readonly double[] _values;

    /// <summary>A matrix.</summary>
    /// <param name="values">Twelve numbers, row by row.</param>
    /// <exception cref="MismatchException">There are not twelve.</exception>
    /// <exception cref="NumericalException">One of them is not finite.</exception>
    public Matrix34(ReadOnlySpan<double> values)
    {
        if (values.Length != 12)
            throw new MismatchException($"a 3 x 4 matrix of {values.Length} numbers; it has 12");
        foreach (var value in values)
        {
            if (!double.IsFinite(value))
                throw new NumericalException($"a 3 x 4 matrix holds {value}; all its numbers must be finite");
        }
        _values = values.ToArray();
    }

    /// <summary>A rotation and a place as a matrix.</summary>
    public Matrix34(RigidPose pose)
    {
        var (x, y, z) = pose.Rotation.Columns();
        var t = pose.Translation;
        _values = [x.X, y.X, z.X, t.X, x.Y, y.Y, z.Y, t.Y, x.Z, y.Z, z.Z, t.Z];
    }

    /// <summary>The twelve numbers, row by row.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>The determinant of the left three columns: near 1 for a rotation.</summary>
    public double Determinant
    {
        get
        {
            var (a, b, c) = (Row(0), Row(1), Row(2));
            return Vector3D.Dot(Vector3D.Cross(a, b), c);
        }
    }

    /// <summary>A number.</summary>
    /// <param name="row">0 to 2.</param>
    /// <param name="column">0 to 3.</param>
    public double this[int row, int column] => _values[4 * row + column];

    /// <summary>A 3 x 3 matrix with a last column of zeros.</summary>
    /// <param name="values">Nine numbers, row by row.</param>
    public static Matrix34 FromRotation(ReadOnlySpan<double> values)
    {
        if (values.Length != 9)
            throw new MismatchException($"a 3 x 3 matrix of {values.Length} numbers; it has 9");
        return new([values[0], values[1], values[2], 0, values[3], values[4], values[5], 0, values[6], values[7], values[8], 0]);
    }

    /// <summary>The image of a point, (x, y, z, 1) by the matrix.</summary>
    public Vector3D Apply(Vector3D point) => new(
        Vector3D.Dot(Row(0), point) + this[0, 3],
        Vector3D.Dot(Row(1), point) + this[1, 3],
        Vector3D.Dot(Row(2), point) + this[2, 3]);

    /// <summary>First the other matrix, then this one.</summary>
    public Matrix34 After(Matrix34 other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var product = new double[12];
        for (var row = 0; row < 3; row++)
        {
            for (var column = 0; column < 4; column++)
            {
                var sum = column == 3 ? this[row, 3] : 0;
                for (var k = 0; k < 3; k++)
                    sum += this[row, k] * other[k, column];
                product[4 * row + column] = sum;
            }
        }
        return new(product);
    }

    /// <summary>The matrix back.</summary>
    /// <exception cref="NumericalException">Its left three columns are singular.</exception>
    public Matrix34 Inverse()
    {
        var determinant = Determinant;
        if (!(Math.Abs(determinant) > 1e-12))
            throw new NumericalException($"a calibration matrix of determinant {determinant} has no inverse");
        // The inverse of rows a, b, c has the columns b x c, c x a, a x b over the determinant.
        var (a, b, c) = (Row(0), Row(1), Row(2));
        var (x, y, z) = (1 / determinant * Vector3D.Cross(b, c), 1 / determinant * Vector3D.Cross(c, a), 1 / determinant * Vector3D.Cross(a, b));
        var t = -(this[0, 3] * x + this[1, 3] * y + this[2, 3] * z);
        return new([x.X, y.X, z.X, t.X, x.Y, y.Y, z.Y, t.Y, x.Z, y.Z, z.Z, t.Z]);
    }

    /// <summary>The nearest rotation with the place, for a matrix that is one up to rounding.</summary>
    /// <exception cref="NumericalException">It is far from a rotation.</exception>
    public RigidPose ToPose()
    {
        var (x, y, z) = (Column(0), Column(1), Column(2));
        var error = Math.Max(Math.Abs(x.Length - 1), Math.Max(Math.Abs(y.Length - 1), Math.Abs(z.Length - 1)));
        error = Math.Max(error, Math.Max(Math.Abs(Vector3D.Dot(x, y)), Math.Max(Math.Abs(Vector3D.Dot(x, z)), Math.Abs(Vector3D.Dot(y, z)))));
        if (!(error < 1e-3 && Determinant > 0))
            throw new NumericalException($"a matrix that should be a rotation and is {error:g3} off, determinant {Determinant:g3}");
        return new(Rotation3D.FromColumns(x, y, z), Column(3));
    }

    private Vector3D Row(int row) => new(this[row, 0], this[row, 1], this[row, 2]);

    private Vector3D Column(int column) => new(this[0, column], this[1, column], this[2, column]);
}
