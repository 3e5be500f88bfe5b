using System.Globalization;
using Sparseland.Errors;
using Sparseland.Layouts;

namespace Sparseland.Masks;

/// <summary>Blocks of <see cref="Rows"/> x <see cref="Columns"/> are kept or dropped as a whole.</summary>
public sealed record BlockPattern : Pattern
{
    /// <summary>Makes the pattern.</summary>
    /// <param name="rows">Rows of a block, 1 to 256.</param>
    /// <param name="columns">Columns of a block, 1 to 256.</param>
    /// <exception cref="InvalidSettingException">Outside these ranges.</exception>
    public BlockPattern(int rows, int columns)
    {
        if (rows is < 1 or > BlockMatrix.MaxExtent || columns is < 1 or > BlockMatrix.MaxExtent)
            throw new InvalidSettingException($"the pattern block:{rows}x{columns} does not exist: 1 to {BlockMatrix.MaxExtent} rows and columns are possible, such as block:1x8");
        Rows = rows;
        Columns = columns;
    }

    /// <summary>Rows of a block.</summary>
    public int Rows { get; }

    /// <summary>Columns of a block.</summary>
    public int Columns { get; }

    /// <inheritdoc/>
    public override string LayoutName => BlockMatrix.NameOf(Rows, Columns);

    /// <inheritdoc/>
    public override void Validate(int rows, int columns, string name = "the matrix")
    {
        if (rows % Rows != 0 || columns % Columns != 0)
            throw new InvalidSettingException($"the pattern {this} needs a matrix cut into blocks of {Rows} x {Columns}, and {name} is {rows} x {columns}: choose a block that divides it");
    }

    /// <inheritdoc/>
    public override string? FirstViolation(Mask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        for (var row = 0; row < mask.Rows; row++)
            for (var column = 0; column < mask.Columns; column++)
                if (mask[row, column] != mask[row - row % Rows, column - column % Columns])
                    return $"the block at row {row - row % Rows}, column {column - column % Columns} is kept in part";
        return null;
    }

    /// <summary>"block:1x8".</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"block:{Rows}x{Columns}");
}
