// `pouchdb-merge` has no types of its own. It changes the tree that it is given.
declare module 'pouchdb-merge' {
  type Node<State> = [hash: string, state: State, children: Node<State>[]]
  type Root<State> = { pos: number; ids: Node<State> }
  export function merge<State>(
    tree: Root<State>[],
    path: Root<State>,
    depth: number,
  ): { tree: Root<State>[]; stemmedRevs: string[]; conflicts: 'new_leaf' | 'new_branch' | 'internal_node' }
}
