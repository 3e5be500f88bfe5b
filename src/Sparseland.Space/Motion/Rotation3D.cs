namespace Sparseland.Space.Motion;

/// <summary>A rotation as a quaternion of length one, w first as in nuScenes and COLMAP; q and -q are the same rotation.</summary>
/// <param name="W">The real part.</param>
/// <param name="X">The first imaginary part.</param>
/// <param name="Y">The second imaginary part.</param>
/// <param name="Z">The third imaginary part.</param>
public readonly record struct Rotation3D(double W, double X, double Y, double Z)
{
    /// <summary>No rotation.</summary>
    public static Rotation3D Identity { get; } = new(1, 0, 0, 0);

    /// <summary>The rotation back.</summary>
    public Rotation3D Inverse => new(W, -X, -Y, -Z);

    /// <summary>The heading about +z of the turned x axis, in (-pi, pi].</summary>
    public double Yaw => Math.Atan2(2 * (W * Z + X * Y), 1 - 2 * (Y * Y + Z * Z));

    /// <summary>A rotation about +z.</summary>
    /// <param name="angle">Radians, counter-clockwise seen from above.</param>
    public static Rotation3D AboutZ(double angle) => new(Math.Cos(0.5 * angle), 0, 0, Math.Sin(0.5 * angle));

    /// <summary>The rotation of a rotation vector: its direction is the axis, its length the angle in radians.</summary>
    public static Rotation3D Exp(Vector3D vector)
    {
        var angle = vector.Length;
        // sin(a/2)/a near 0 by its series, so that nothing is divided by 0.
        var scale = angle < 1e-6 ? 0.5 - angle * angle / 48 : Math.Sin(0.5 * angle) / angle;
        return new(Math.Cos(0.5 * angle), scale * vector.X, scale * vector.Y, scale * vector.Z);
    }

    /// <summary>The rotation vector, of length at most pi.</summary>
    public Vector3D Log()
    {
        var sign = W < 0 ? -1.0 : 1.0;
        var imaginary = new Vector3D(sign * X, sign * Y, sign * Z);
        var sine = imaginary.Length;
        var scale = sine < 1e-9 ? 2 : 2 * Math.Atan2(sine, sign * W) / sine;
        return scale * imaginary;
    }

    /// <summary>The rotation of three columns: where the x, y and z axes go.</summary>
    /// <remarks>The largest of the four parts is computed first (Shepperd 1978), so that no small number is divided by.</remarks>
    public static Rotation3D FromColumns(Vector3D x, Vector3D y, Vector3D z)
    {
        var trace = x.X + y.Y + z.Z;
        Rotation3D raw;
        if (trace >= x.X && trace >= y.Y && trace >= z.Z)
            raw = new(1 + trace, y.Z - z.Y, z.X - x.Z, x.Y - y.X);
        else if (x.X >= y.Y && x.X >= z.Z)
            raw = new(y.Z - z.Y, 1 + x.X - y.Y - z.Z, x.Y + y.X, x.Z + z.X);
        else if (y.Y >= z.Z)
            raw = new(z.X - x.Z, x.Y + y.X, 1 - x.X + y.Y - z.Z, y.Z + z.Y);
        else
            raw = new(x.Y - y.X, z.X + x.Z, y.Z + z.Y, 1 - x.X - y.Y + z.Z);
        return raw.Normalized();
    }

    /// <summary>Where the axes go: the columns of the rotation's matrix.</summary>
    public (Vector3D X, Vector3D Y, Vector3D Z) Columns() => (Apply(new(1, 0, 0)), Apply(new(0, 1, 0)), Apply(new(0, 0, 1)));

    /// <summary>The same rotation with a quaternion of length one.</summary>
    public Rotation3D Normalized()
    {
        var scale = 1 / Math.Sqrt(W * W + X * X + Y * Y + Z * Z);
        return new(scale * W, scale * X, scale * Y, scale * Z);
    }

    /// <summary>Turns a vector.</summary>
    public Vector3D Apply(Vector3D vector)
    {
        var imaginary = new Vector3D(X, Y, Z);
        var twice = 2 * Vector3D.Cross(imaginary, vector);
        return vector + W * twice + Vector3D.Cross(imaginary, twice);
    }

    /// <summary>The four parts; what a record would print of itself, the rotation back included, has no end.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"({W}, {X}, {Y}, {Z})");

    /// <summary>First the right rotation, then the left one.</summary>
    public static Rotation3D operator *(Rotation3D a, Rotation3D b) => new(
        a.W * b.W - a.X * b.X - a.Y * b.Y - a.Z * b.Z,
        a.W * b.X + a.X * b.W + a.Y * b.Z - a.Z * b.Y,
        a.W * b.Y - a.X * b.Z + a.Y * b.W + a.Z * b.X,
        a.W * b.Z + a.X * b.Y - a.Y * b.X + a.Z * b.W);
}
