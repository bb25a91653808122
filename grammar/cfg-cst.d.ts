// Made from cfg-parser.ts by `npm run gen:cst`.
import type {CstNode, ICstVisitor, IToken} from 'chevrotain';

export interface FileCstNode extends CstNode {
  name: 'file';
  children: FileCstChildren;
}

export type FileCstChildren = {
  preamble: PreambleCstNode[];
  section?: SectionCstNode[];
};

export interface PreambleCstNode extends CstNode {
  name: 'preamble';
  children: PreambleCstChildren;
}

export type PreambleCstChildren = {
  Indented?: IToken[];
  Junk?: IToken[];
  Option?: IToken[];
};

export interface SectionCstNode extends CstNode {
  name: 'section';
  children: SectionCstChildren;
}

export type SectionCstChildren = {
  Header: IToken[];
  Option?: IToken[];
  Indented?: IToken[];
  Junk?: IToken[];
};

export interface ICstNodeVisitor<IN, OUT> extends ICstVisitor<IN, OUT> {
  file(children: FileCstChildren, param?: IN): OUT;
  preamble(children: PreambleCstChildren, param?: IN): OUT;
  section(children: SectionCstChildren, param?: IN): OUT;
}
